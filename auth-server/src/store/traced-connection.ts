// Waiting for a connection of a pool, as a span below whoever waits, where tracing is on; who finds one free has none.
import { currentTracing, failureOf } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { PostgresPool, PostgresPoolClient } from 'kysely'

const NAME = 'wait for a database connection'

/** A pool, or a share of one. */
export interface WatchedPool extends PostgresPool {
  /** Whether whoever comes now gets a connection at once, that is, finds one that is made and that nobody uses. */
  readonly hasFree: () => boolean
}

/** The same pool; where tracing is off, itself. */
export function traceWaits(pool: WatchedPool): PostgresPool {
  if (!currentTracing()) return pool
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: () => (pool.hasFree() ? pool.connect() : timed(() => pool.connect())),
  }
}

async function timed(connect: () => Promise<PostgresPoolClient>): Promise<PostgresPoolClient> {
  const began = performance.now()
  let failure: string | undefined
  try {
    return await connect()
  } catch (error) {
    failure = failureOf(error)
    throw error
  } finally {
    const facts = { 'db.system.name': 'postgresql' }
    currentTracing()?.note(NAME, { kind: 'client', facts, millis: performance.now() - began, failure })
  }
}
