// What one auth server is to be told: calls by hour, API, application, plan and user, and some refusals. In bounded memory.
import type { Clock } from '../clock.ts'
import type { Denial, RefusalFacts } from '../stages/effects.ts'
import type { KnownCall } from './known-call.ts'

/** What became of a call. */
export type UsageOutcome = 'accepted' | 'refused'

interface HourOfCalls {
  /** When the hour began, in seconds since 1970. */
  readonly hour: number
  accepted: number
  refused: number
}

/** Calls of one kind within an hour. */
export interface CountedCalls extends HourOfCalls, Omit<KnownCall, 'issuer' | 'subject'> {}

/** Those of them that were for one user. */
export interface CallsOfUser extends HourOfCalls, Pick<KnownCall, 'audience' | 'clientId'> {
  readonly subject: string
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
  /** Only where they were asked for. */
  readonly users: readonly CallsOfUser[]
  readonly refusals: readonly NotedRefusal[]
}

export interface Ledger {
  /** On the way of every call: a look into a map. */
  count(call: KnownCall, outcome: UsageOutcome): void
  /** Whether one more refusal of this application, for this reason, is kept in this minute. */
  hasRoomFor(call: KnownCall, denial: Denial): boolean
  keep(call: KnownCall, denial: Denial, requestId: string): void
  /** Hands out what was noted, with the calls of users if they are wanted, and begins anew with what was handed out. */
  take(of?: 'all' | 'without users'): UsageNotes
  /** Whether there will soon be no room for more users. */
  readonly isFull: boolean
  /** Counts as lost what was taken and can be told to nobody. */
  lose(notes: UsageNotes): void
  /** Calls and refusals that there was no room for, or that could not be told, so far. */
  readonly lost: Lost
  /** Of them those that nobody was told of yet; undefined where there are none. */
  takeLost(): Lost | undefined
}

/** What is missing in the figures, or in the lists. */
export interface Lost {
  readonly calls: number
  readonly refusals: number
}

const HOUR_MILLIS = 3_600_000
const MINUTE_MILLIS = 60_000
/** Of calls of users, about 10 MB. Who comes when it is full is counted without their name, so that the figures stay right. */
const MAX_USERS = 30_000
const MAX_COUNTS = 5000
/** Of one application in a minute, for one reason: enough to see what is wrong. */
const MAX_REFUSALS_A_MINUTE = 20
const MAX_REFUSALS = 1000

/** Creates an empty one. */
export function createLedger(clock: Clock): Ledger {
  let counts = new Map<string, CountedCalls>()
  let users = new Map<string, CallsOfUser>()
  let refusals: NotedRefusal[] = []
  let minute = 0
  const inMinute = new Map<string, number>()
  const lost = { calls: 0, refusals: 0 }
  let told: Lost = { ...lost }

  return {
    lost,
    get isFull() {
      return users.size > MAX_USERS / 2
    },
    takeLost() {
      const untold = { calls: lost.calls - told.calls, refusals: lost.refusals - told.refusals }
      told = { ...lost }
      return untold.calls + untold.refusals > 0 ? untold : undefined
    },
    count({ audience, clientId, plan, subject }, outcome) {
      const hour = Math.floor(clock.wall() / HOUR_MILLIS)
      const about = { hour: (hour * HOUR_MILLIS) / 1000, audience, clientId }
      const begin = { accepted: 0, refused: 0 }
      const name = `${hour}\n${audience}\n${clientId}\n`
      const entry = entryOf(counts, name + (plan ?? ''), MAX_COUNTS, () => ({ ...about, plan, ...begin }))
      if (entry) entry[outcome] += 1
      else lost.calls += 1
      if (subject === undefined) return
      const own = entryOf(users, name + subject, MAX_USERS, () => ({ ...about, subject, ...begin }))
      if (own) own[outcome] += 1
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
    take(of = 'all') {
      const taken = { counts: [...counts.values()], users: of === 'all' ? [...users.values()] : [], refusals }
      counts = new Map()
      if (of === 'all') users = new Map()
      refusals = []
      return taken
    },
  }
}

/** The entry of a name, begun where there is room. */
function entryOf<Entry>(
  entries: Map<string, Entry>,
  name: string,
  most: number,
  begin: () => Entry,
): Entry | undefined {
  const known = entries.get(name)
  if (known || entries.size >= most) return known
  const entry = begin()
  entries.set(name, entry)
  return entry
}

/** The reason in the letters of a code. Our own trouble is one code: what it was is for our log. */
export function codeOf({ status, reason }: Pick<Denial, 'status' | 'reason'>): string {
  if (status >= 500) return 'unavailable'
  return reason
    .toLowerCase()
    .replaceAll("'", '')
    .replaceAll(/[^a-z0-9]+/g, '-')
}
