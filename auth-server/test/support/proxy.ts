// A cable between the server and PostgreSQL that a test can cut, or hold still.
import { layCable } from '@mobile-api-gateway/scripts/testing/cable.ts'
import type { Test } from 'tap'

/** Lays it in front of a database URL; it is gone when the test ends. */
export async function databaseProxy(t: Test, databaseUrl: string) {
  const url = new URL(databaseUrl)
  const cable = await layCable({ host: url.hostname, port: Number(url.port) })
  t.teardown(() => cable.close())
  url.hostname = '127.0.0.1'
  url.port = String(cable.port)
  return {
    url: url.href,
    /** Every connection breaks, and no new one is let in. */
    cut: cable.unplug,
    /** Connections stay open, but nothing comes through any more. */
    hold: cable.hold,
    mend: cable.mend,
  }
}
