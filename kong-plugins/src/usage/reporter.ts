// Tells auth servers what was called and what was refused, in batches: every minute, and once more when the process ends.

import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { createMachineToken, type MachineToken } from '../machine-token.ts'
import { askAuthServer } from '../tracing/ask-auth-server.ts'
import { batchesOf, type UsageRequest } from './batches.ts'
import type { AddressedLedger, Ledgers } from './ledgers.ts'

const PATIENCE_MILLIS = 10_000
/** When the process ends, its supervisor waits. */
const LAST_PATIENCE_MILLIS = 3000
const MAX_BACKOFF_MILLIS = 600_000
/** With the pauses between them about an hour. A batch at which a server fails (500) for so long keeps back all that follows. */
const MAX_SERVER_ERRORS = 10
const SCOPE = 'usage:write'

interface Surroundings {
  readonly ledgers: Ledgers
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Calls of users are told so many times more rarely than the others: a row for each user, app and day is what costs an
 * auth server most, and nobody looks at it by the minute.
 */
const USERS_EVERY = 60
/** An auth server leaves out what is older than a day: these are told by the hour at least, or with all the others. */
const MOST_USERS_MILLIS = 3_600_000

/** How often the calls of users are told, where the others are each `everyMillis`. */
export function usersEvery(everyMillis: number): number {
  return Math.max(everyMillis, Math.min(USERS_EVERY * everyMillis, MOST_USERS_MILLIS))
}

/** One auth server: what it did not take yet is sent again, before anything new, under the names that it had. */
interface Recipient {
  readonly token: MachineToken
  readonly unsent: UsageRequest[]
  /** How often the server answered the first of them with an error of its own. */
  errors: number
  failures: number
  /** When the calls of users are told next, by the monotonic clock, in milliseconds. */
  usersAt: number
  /** Whether the last answers said that some was left out. */
  leavesOut: boolean
  /** By the monotonic clock, in milliseconds. */
  notBefore: number
}

/** Starts telling. `close` tells what there is, as far as that is quickly done. */
export function reportUsage({ ledgers, clock, log }: Surroundings, everyMillis: number): { close(): Promise<void> } {
  const recipients = new Map<AddressedLedger['ledger'], Recipient>()
  const ending = new AbortController()
  let telling: Promise<void> | undefined
  const timer = setInterval(() => {
    telling ??= tellAll(AbortSignal.timeout(PATIENCE_MILLIS * 3)).finally(() => {
      telling = undefined
    })
  }, everyMillis).unref()

  function recipientOf({ issuer, access, ledger }: AddressedLedger): Recipient {
    const { tokenUrl, clientId, clientSecret } = access
    const about = { tokenUrl, clientId, scope: SCOPE, resource: `${issuer}/revocations` }
    const recipient = recipients.get(ledger) ?? {
      token: createMachineToken(about, clientSecret, clock),
      unsent: [],
      errors: 0,
      failures: 0,
      // Gateways that start together do not tell together.
      usersAt: clock.monotonic() + Math.random() * usersEvery(everyMillis),
      leavesOut: false,
      notBefore: Number.NEGATIVE_INFINITY,
    }
    recipient.token.useSecret(clientSecret)
    recipients.set(ledger, recipient)
    return recipient
  }

  async function tellAll(signal: AbortSignal, isLast = false): Promise<void> {
    for (const addressed of ledgers.all()) {
      const recipient = recipientOf(addressed)
      if (clock.monotonic() < recipient.notBefore) continue
      try {
        // Nothing is taken from the ledger while there is something unsent: what is counted there stays a few numbers.
        if (recipient.unsent.length === 0) recipient.unsent.push(...takeBatches(addressed.ledger, recipient, isLast))
        await tellOne(addressed, recipient, AbortSignal.any([signal, ending.signal]))
        recipient.failures = 0
      } catch (error) {
        recipient.failures += 1
        const pause = Math.min(MAX_BACKOFF_MILLIS, everyMillis * 2 ** (recipient.failures - 1))
        recipient.notBefore = clock.monotonic() + pause
        log[recipient.failures === 1 ? 'warn' : 'debug'](
          { issuer: addressed.issuer, err: error },
          'usage was not told; calls are not affected. Trying again',
        )
      }
    }
  }

  function takeBatches(ledger: AddressedLedger['ledger'], recipient: Recipient, isLast: boolean) {
    const withUsers = isLast || ledger.isFull || clock.monotonic() >= recipient.usersAt
    if (withUsers) recipient.usersAt = clock.monotonic() + usersEvery(everyMillis)
    return batchesOf(ledger.take(withUsers ? 'all' : 'without users'), ledger.takeLost())
  }

  /** A clock that is off is the likeliest reason, and then all of it is left out. */
  async function noteLeftOut(issuer: string, recipient: Recipient, response: Response): Promise<void> {
    const answer: unknown = await response.json().catch(() => undefined)
    const leftOut = Number(Object(answer).left_out ?? 0)
    if (leftOut > 0 && !recipient.leavesOut)
      log.warn(
        { issuer, leftOut },
        'the auth server left some usage out: it is about what it does not know, or this clock is off',
      )
    recipient.leavesOut = leftOut > 0
  }

  async function tellOne(
    { issuer, access, ledger }: AddressedLedger,
    recipient: Recipient,
    signal: AbortSignal,
  ): Promise<void> {
    const { token, unsent } = recipient
    for (let request = unsent[0]; request !== undefined; request = unsent[0]) {
      const bearer = token.kept() ?? (await token.fetch(signal))
      const response = await askAuthServer('tell usage', new URL('usage', access.url), {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: request.body,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLIS)]),
      })
      if (response.ok) await noteLeftOut(issuer, recipient, response)
      else await response.body?.cancel()
      if (response.status === 401 || response.status === 403) token.forget()
      // What it cannot read it will not be able to read tomorrow.
      const isUnreadable = response.status === 400 || response.status === 413
      recipient.errors = response.status === 500 ? recipient.errors + 1 : 0
      const isHopeless = isUnreadable || recipient.errors >= MAX_SERVER_ERRORS
      if (isHopeless) ledger.lose(request.notes)
      if (response.ok || isHopeless) {
        unsent.shift()
        recipient.errors = 0
      }
      if (!response.ok) throw new Error(`the auth server answered ${response.status}`)
    }
  }

  return {
    async close() {
      clearInterval(timer)
      const lastCall = AbortSignal.timeout(LAST_PATIENCE_MILLIS)
      lastCall.addEventListener('abort', () => ending.abort())
      await telling
      for (const recipient of recipients.values()) recipient.notBefore = Number.NEGATIVE_INFINITY
      // Twice: what was unsent, and what is in the ledger.
      await tellAll(lastCall, true)
      await tellAll(lastCall, true)
    },
  }
}
