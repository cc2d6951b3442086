// What one auth server is to be told: calls by hour, API, application, plan and user, and some refusals. In bounded memory.
import type { Clock } from '../clock.ts'
import type { Denial, RefusalFacts } from '../stages/effects.ts'
import type { KnownCall } from './known-call.ts'

/** What became of a call. */
export type UsageOutcome = 'accepted' | 'refused'

/** Calls of one kind within an hour. */
export interface CountedCalls extends Omit<KnownCall, 'issuer'> {
  /** When the hour began, in seconds since 1970. */
  readonly hour: number
  accepted: number
  refused: number
}

/** A call that was refused. */
export interface NotedRefusal extends Omit<KnownCall, 'issuer' | 'subject'> {
  /** As the caller has it, in X-Kong-Request-Id. */
  readonly requestId: string
  /** Seconds since 1970. */
  readonly at: number
  readonly code: string
  readonly facts: RefusalFacts
}

/** What was noted since it was last taken. */
export interface UsageNotes {
  readonly counts: readonly CountedCalls[]
  readonly refusals: readonly NotedRefusal[]
}

export interface Ledger {
  /** On the way of every call: a look into a map. */
  count(call: KnownCall, outcome: UsageOutcome): void
  /** Whether one more refusal of this application, for this reason, is kept in this minute. */
  hasRoomFor(call: KnownCall, denial: Denial): boolean
  keep(call: KnownCall, denial: Denial, requestId: string): void
  /** Hands out what was noted, and begins anew. */
  take(): UsageNotes
  /** Counts as lost what was taken and can be told to nobody. */
  lose(notes: UsageNotes): void
  /** Calls and refusals that there was no room for, or that could not be told, so far. */
  readonly lost: { readonly calls: number; readonly refusals: number }
}

const HOUR_MILLIS = 3_600_000
const MINUTE_MILLIS = 60_000
/** About 10 MB. */
const MAX_ENTRIES = 30_000
/** Of entries that stand for calls of users together, when there are that many users. */
const MAX_WITHOUT_USERS = 5000
/** Of one application in a minute, for one reason: enough to see what is wrong. */
const MAX_REFUSALS_A_MINUTE = 20
const MAX_REFUSALS = 1000

/** Creates an empty one. */
export function createLedger(clock: Clock): Ledger {
  let counts = new Map<string, CountedCalls>()
  let refusals: NotedRefusal[] = []
  let minute = 0
  const inMinute = new Map<string, number>()
  const lost = { calls: 0, refusals: 0 }

  /** Who comes when it is full is counted without their name, so that the application's figures stay right. */
  function entryOf(call: KnownCall, hour: number): CountedCalls | undefined {
    const { audience, clientId, plan, subject } = call
    const name = `${hour}\n${audience}\n${clientId}\n${plan ?? ''}\n${subject ?? ''}`
    const known = counts.get(name)
    if (known) return known
    if (counts.size >= (subject === undefined ? MAX_ENTRIES + MAX_WITHOUT_USERS : MAX_ENTRIES))
      return subject === undefined ? undefined : entryOf({ ...call, subject: undefined }, hour)
    const entry = { hour: (hour * HOUR_MILLIS) / 1000, audience, clientId, plan, subject, accepted: 0, refused: 0 }
    counts.set(name, entry)
    return entry
  }

  return {
    lost,
    count(call, outcome) {
      const entry = entryOf(call, Math.floor(clock.wall() / HOUR_MILLIS))
      if (entry) entry[outcome] += 1
      else lost.calls += 1
    },
    hasRoomFor({ clientId }, denial) {
      const now = Math.floor(clock.wall() / MINUTE_MILLIS)
      if (now !== minute) inMinute.clear()
      minute = now
      const name = `${clientId}\n${codeOf(denial)}`
      const noted = inMinute.get(name) ?? 0
      const hasRoom = noted < MAX_REFUSALS_A_MINUTE && refusals.length < MAX_REFUSALS
      if (hasRoom) inMinute.set(name, noted + 1)
      else lost.refusals += 1
      return hasRoom
    },
    keep({ audience, clientId, plan }, denial, requestId) {
      const at = Math.floor(clock.wall() / 1000)
      refusals.push({ requestId, at, audience, clientId, plan, code: codeOf(denial), facts: denial.facts ?? {} })
    },
    lose({ counts: untold, refusals: unlisted }) {
      for (const { accepted, refused } of untold) lost.calls += accepted + refused
      lost.refusals += unlisted.length
    },
    take() {
      const taken = { counts: [...counts.values()], refusals }
      counts = new Map()
      refusals = []
      return taken
    },
  }
}

/** The reason in the letters of a code. Our own trouble is one code: what it was is for our log. */
export function codeOf({ status, reason }: Pick<Denial, 'status' | 'reason'>): string {
  if (status >= 500) return 'unavailable'
  return reason
    .toLowerCase()
    .replaceAll("'", '')
    .replaceAll(/[^a-z0-9]+/g, '-')
}
