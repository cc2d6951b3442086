// A part of a pool's connections, for those who must not take all of them.
import type { PostgresPoolClient } from 'kysely'
import { type Db, hasFree, poolOf, shareOn } from './database.ts'

/** As long as for a connection of the pool itself. */
const PATIENCE_MILLIS = 3000

/** Thrown when none of the connections came free in time; the edge answers 503 with Retry-After. */
export class ConnectionsInUse extends Error {
  override name = 'ConnectionsInUse'
}

/** A part of the connections. */
export interface ConnectionShare {
  readonly db: Db
  /** How many wait for their turn. */
  readonly waiting: () => number
}

/** The same database by a third of the connections of its pool at most (three of ten); who finds them all in use waits in a line. */
export function shareOf(db: Db, patienceMillis = PATIENCE_MILLIS): ConnectionShare {
  const pool = poolOf(db)
  const most = Math.max(1, Math.floor(pool.options.max / 3))
  const line = new Set<() => void>()
  let used = 0

  function waitForTurn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        line.delete(turn)
        reject(new ConnectionsInUse(`none of ${most} connections came free in ${patienceMillis / 1000} s`))
      }, patienceMillis)
      const turn = (): void => {
        clearTimeout(timer)
        resolve()
      }
      line.add(turn)
    })
  }

  function passOn(): void {
    const [next] = line
    if (next === undefined) {
      used -= 1
      return
    }
    line.delete(next)
    next()
  }

  async function connect(): Promise<PostgresPoolClient> {
    if (used < most) used += 1
    else await waitForTurn()
    try {
      const client = await pool.connect()
      // Of the pool, and anew each time that it gives the connection out.
      const { release } = client
      client.release = (error) => {
        client.release = release
        release.call(client, error)
        passOn()
      }
      return client
    } catch (error) {
      passOn()
      throw error
    }
  }

  const shared = { connect, end: async () => {}, options: pool.options, hasFree: () => used < most && hasFree(pool) }
  const waiting = (): number => line.size
  return { db: shareOn(db, shared, waiting), waiting }
}
