// A cable between the server and PostgreSQL that a test can cut, or hold still.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** Starts a TCP proxy in front of a database URL; closed when the test ends. */
export async function databaseProxy(t: Test, databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let state: 'through' | 'cut' | 'still' = 'through'
  const server = createServer((near) => {
    if (state === 'cut') return near.destroy()
    const far = connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {})
      from.on('data', (chunk) => state === 'through' && to.write(chunk))
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  t.teardown(() => {
    drop()
    server.close()
  })
  return {
    url: url.href,
    /** Every connection breaks, and no new one is let in. */
    cut() {
      state = 'cut'
      drop()
    },
    /** Connections stay open, but nothing comes through any more. */
    hold() {
      state = 'still'
    },
    mend() {
      state = 'through'
      drop()
    },
  }
}
