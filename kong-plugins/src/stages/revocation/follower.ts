// Follows the feed of one issuer for the whole process: one poll after the other, for ever, whatever comes back.
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from '../../clock.ts'
import type { FeedAnswer } from './feed-answer.ts'
import type { FeedClient } from './feed-client.ts'
import { createRevokedTokens, type RevokedTokens } from './revoked-tokens.ts'

/** What is known of one issuer's revocations, and how old that is. */
export interface Follower {
  readonly revoked: RevokedTokens
  /** Milliseconds since the feed was known to its end; infinite before the first time. */
  ageMillis(): number
  /** Resolves when the feed was read to its end, or when it turns out that this takes longer. Never rejects. */
  readonly started: Promise<void>
  /** Somebody wants to know at least this often; milliseconds. */
  hurry(maxStalenessMillis: number): void
  useSecret(secret: string): void
  close(): void
}

/** The longest that a poll waits for news, in seconds. */
const MAX_WAIT_SECONDS = 25
/** How long requests may wait for a feed that is read for the first time: well within their own deadline. */
const PATIENCE_MILLIS = 1000
/** Between two polls: more for a server that does not wait when asked to, or it would be asked in a circle. */
const PAUSE_MILLIS = 50
const PAUSE_AFTER_NOTHING_MILLIS = 500
const FIRST_BACKOFF_MILLIS = 200
const MAX_BACKOFF_MILLIS = 1000
const FORGET_EVERY_MILLIS = 30_000

/** Starts following. It ends with `close`, never by an error. */
export function follow(issuer: string, client: FeedClient, { clock, log }: { clock: Clock; log: Logger }): Follower {
  const revoked = createRevokedTokens()
  const ending = new AbortController()
  const { promise: started, resolve: announce } = Promise.withResolvers<void>()
  setTimeout(announce, PATIENCE_MILLIS).unref()
  let waitSeconds = MAX_WAIT_SECONDS
  let cursor: string | undefined
  let knownAt = Number.NEGATIVE_INFINITY
  let forgotAt = clock.monotonic()
  let failures = 0
  const surprising = new Set<string>()

  function take(answer: FeedAnswer, askedAt: number, waited: number): void {
    if (!answer.complete && answer.cursor === cursor) throw new Error('the feed goes round in circles')
    for (const event of answer.events) revoked.add(event)
    cursor = answer.cursor
    for (const type of answer.unknownTypes) {
      if (!surprising.has(type) && surprising.size < 100)
        log.warn({ issuer, type }, 'the feed has revocations of a type that this gateway does not know')
      surprising.add(type)
    }
    if (!answer.complete) return
    const first = knownAt === Number.NEGATIVE_INFINITY
    // An answer that was long on its way is not news: it counts from when the server had to give it at the latest.
    knownAt = Math.min(clock.monotonic(), askedAt + waited * 1000)
    if (first) log.info({ issuer, revocations: revoked.size }, 'revocations known')
    else if (failures > 0) log.info({ issuer, failures }, 'the feed of revocations is read again')
    announce()
  }

  async function poll(): Promise<number> {
    const askedAt = clock.monotonic()
    const waited = waitSeconds
    try {
      const answer = await client.ask(cursor, waited, ending.signal)
      take(answer, askedAt, waited)
      failures = 0
      const inHaste = answer.events.length === 0 && clock.monotonic() - askedAt < waited * 500
      return inHaste ? PAUSE_AFTER_NOTHING_MILLIS : PAUSE_MILLIS
    } catch (error) {
      if (ending.signal.aborted) return 0
      failures += 1
      log[failures === 1 ? 'warn' : 'debug'](
        { issuer, err: error },
        'the feed of revocations was not read; trying again',
      )
      announce()
      const most = Math.min(MAX_BACKOFF_MILLIS, waited * 1000)
      return Math.min(most, FIRST_BACKOFF_MILLIS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)
    }
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const pause = await poll()
      if (clock.monotonic() - forgotAt >= FORGET_EVERY_MILLIS) {
        revoked.forgetExpired(clock.wall() / 1000)
        forgotAt = clock.monotonic()
      }
      await delay(pause, undefined, { ref: false, signal: ending.signal }).catch(() => {})
    }
  }

  // In a turn of its own, so that whoever starts it can still say how much of a hurry there is.
  setImmediate(() => void run())
  return {
    revoked,
    started,
    ageMillis: () => clock.monotonic() - knownAt,
    hurry(maxStalenessMillis) {
      // Two polls may fail before what is known is too old.
      const seconds = Math.max(1, Math.floor(maxStalenessMillis / 3000))
      waitSeconds = Math.min(waitSeconds, seconds)
    },
    useSecret: (secret) => client.useSecret(secret),
    close: () => ending.abort(),
  }
}
