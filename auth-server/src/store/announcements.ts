// Hears at once what changes in the catalogue, on a connection of its own, and knows whether it would have heard.
import { randomUUID } from 'node:crypto'
import { Socket } from 'node:net'
import pg from 'pg'

/** How often the connection proves that it hears, while somebody asks; milliseconds. */
const BEAT_MILLIS = 250
/** For how long after a proof whatever is remembered may be trusted. A revocation allows for it (migration 0069). */
export const TRUSTED_MILLIS = 1000
/** Nobody has asked for so long: the database is left in peace. */
const QUIET_MILLIS = 10_000
const FIRST_PAUSE_MILLIS = 1000
const LONGEST_PAUSE_MILLIS = 60_000

export interface Announcements {
  /**
   * Unix seconds by the database's clock; undefined where something could have been committed more than a second ago
   * that was not heard here, so that nothing remembered may be trusted.
   */
  now(): number | undefined
  close(): Promise<void>
}

/** What the last proof said: when it was asked for, by this machine's steady clock, and the database's time then. */
interface Proof {
  readonly askedAt: number
  readonly databaseSeconds: number
}

/**
 * Listens. The proof is an announcement to itself: PostgreSQL delivers announcements in the order of their commits, so
 * when one comes back everything that was committed before it has been delivered.
 * @param channel on which triggers announce changes
 * @param changed is called when something has changed, or could have without being heard
 * @param onError is told why the connection broke; it is opened anew a while later, if anybody asks then
 */
export function listenForChanges(
  url: string,
  { channel, changed, onError }: Readonly<{ channel: string; changed: () => void; onError: (error: Error) => void }>,
): Announcements {
  let proof: Proof | undefined
  let usedAt = Number.NEGATIVE_INFINITY
  let listening: Promise<void> | undefined
  let isClosed = false
  let failures = 0
  let interrupt = () => {}

  function pause(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis).unref()
      interrupt = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Until nobody asks any more. @throws {Error} when the connection breaks */
  async function listen(): Promise<void> {
    const beat = { channel: `beat_${randomUUID().replaceAll('-', '')}`, count: 0, askedAt: 0 }
    const socket = new Socket()
    const client = new pg.Client({ connectionString: url, query_timeout: TRUSTED_MILLIS, stream: () => socket })
    // A beat is never so long away: the other end is gone, and says nothing.
    socket.setTimeout(3 * TRUSTED_MILLIS, () => socket.destroy())
    interrupt = () => socket.destroy()
    client.on('error', () => {
      proof = undefined
    })
    client.on('notification', ({ channel: from, payload = '' }) => {
      if (from === channel) changed()
      const [count, seconds] = payload.split(' ').map(Number)
      if (from !== beat.channel || count !== beat.count) return
      proof = { askedAt: beat.askedAt, databaseSeconds: seconds ?? 0 }
      failures = 0
    })
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      await client.query(`listen ${beat.channel}`)
      // Where commits wait (for a standby, for the disk), a beat is given up, and leaves no connection behind that waits.
      await client.query(`set synchronous_commit = off; set lock_timeout = ${TRUSTED_MILLIS / 2}`)
      // What is remembered is from before anybody listened.
      changed()
      while (!isClosed && performance.now() - usedAt < QUIET_MILLIS) {
        beat.count++
        beat.askedAt = performance.now()
        await client.query(`select pg_notify('${beat.channel}', '${beat.count} ' || extract(epoch from auth_now()))`)
        await pause(BEAT_MILLIS)
      }
      interrupt = () => socket.destroy()
      await client.end()
    } finally {
      socket.destroy()
      proof = undefined
      changed()
    }
  }

  async function listenOnce(): Promise<void> {
    try {
      await listen()
    } catch (error) {
      if (isClosed) return
      onError(error instanceof Error ? error : new Error(String(error)))
      await pause(Math.min(FIRST_PAUSE_MILLIS * 2 ** failures++, LONGEST_PAUSE_MILLIS))
    } finally {
      listening = undefined
    }
  }

  return {
    now() {
      usedAt = performance.now()
      if (!isClosed) listening ??= listenOnce()
      if (!proof || usedAt - proof.askedAt > TRUSTED_MILLIS) return undefined
      return proof.databaseSeconds + (usedAt - proof.askedAt) / 1000
    },
    async close() {
      isClosed = true
      interrupt()
      await listening
    },
  }
}
