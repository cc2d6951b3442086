// What a gateway has promised, held against the book of calls.
import { type FaultReport, inSeconds, percentile } from '../report.ts'
import type { Entry } from './book.ts'
import type { CallingPhones } from './callers.ts'
import { isOk, limitOf, usageTold } from './counts.ts'
import { LIMIT } from './limits.ts'
import type { GatewayFault, ToldUsage } from './run.ts'
import type { GatewaySite } from './site.ts'

/** A handler has 2 s, a plugin server that is gone or hangs costs 3 s; some room for a machine that does more. */
const LONGEST_WAIT_MILLIS = 5000
/**
 * When the plugin server goes away in the very moment in which a worker of Kong starts an instance there, Kong itself has the
 * other calls of that worker wait for that instance, for ten seconds.
 */
const CLAIM_MILLIS = 10_000
/** kong-plugins/docs/operations.md: what is revoked is refused within two seconds. */
const REVOKED_WITHIN_MILLIS = 2000

/** What happened, by `performance.now()`. */
export interface Course {
  readonly site: Pick<GatewaySite, 'kind' | 'book' | 'troubles'>
  readonly callers: Pick<CallingPhones, 'honest' | 'limited' | 'leaving'>
  readonly began: number
  readonly mended: number
  readonly recovered: number
  /** When the sign-out in the middle was acknowledged. */
  readonly endedAt: number
  readonly usage: ToldUsage
}

export function judge(fault: GatewayFault, course: Course): FaultReport {
  const { entries, wrong } = course.site.book
  const honest = entries.filter(({ caller }) => course.callers.honest.includes(caller))
  const mine = (of: Entry): boolean => of.caller.subject !== undefined
  const others = entries.filter((entry) => !mine(entry))
  const limited = honest.filter(({ status }) => status === 429)
  const lost = honest.filter(({ status }) => status !== 200 && status !== 429)
  const longest = Math.max(...entries.map(took))
  const asksAgain = fault.breaks === 'plugin server'
  const claimMillis = asksAgain && course.site.kind === 'kong' ? CLAIM_MILLIS : 0
  const limits = course.callers.limited.map((caller) =>
    limitOf(
      entries.filter((entry) => entry.caller === caller),
      asksAgain,
    ),
  )
  // What cannot be asked for is not known: then it counts from when it can.
  const known = fault.breaks === 'auth server' ? Math.max(course.endedAt, course.mended) : course.endedAt
  const uses = entries.filter(({ caller }) => caller === course.callers.leaving).flatMap(({ reachedAt }) => reachedAt)
  const lastUse = Math.max(0, ...uses.map((at) => at - known))
  const recoveredMillis = course.recovered - course.mended
  const told = usageTold(course.usage, entries.filter(mine), fault.forgets ? course.mended : 0)
  const broken = [
    ...new Set(wrong),
    ...unallowed(entries, fault),
    ...repeated(entries, fault),
    ...limits.flatMap(({ broken }) => broken),
    ...told.broken,
    ...(longest > LONGEST_WAIT_MILLIS + claimMillis ? [`somebody waited ${inSeconds(longest)}`] : []),
    ...(lastUse > REVOKED_WITHIN_MILLIS ? [`what was revoked was let through ${inSeconds(lastUse)} later`] : []),
    ...(recoveredMillis > fault.recoversWithinMillis + claimMillis
      ? [`recovered only after ${inSeconds(recoveredMillis)}`]
      : []),
    ...(fault.losesNothing && lost.length > 0 ? [`${lost.length} calls did not go well: ${statuses(lost)}`] : []),
    ...course.site.troubles.slice(0, 3).map((line) => line.slice(0, 2000)),
  ]
  const p99 = (of: readonly Entry[]): string => percentile(of.filter(isOk).map(took), 0.99).toFixed(0)
  const line = [
    `${honest.filter(isOk).length} calls done, ${limited.length} beyond a limit, others ${statuses(lost) || 'none'}`,
    `${others.length} of strangers: ${statuses(others)}`,
    `nothing done for ${inSeconds(longestGap(honest))}, longest wait ${inSeconds(longest)}`,
    `p99 ${p99(honest.filter(({ began }) => began < course.began))} ms before, ${p99(honest.filter(({ began }) => began >= course.began && began < course.mended))} ms meanwhile`,
    `limits of ${LIMIT}: ${limits.map(({ line }) => line).join(' and ')}`,
    `last use ${inSeconds(lastUse)} after sign-out`,
    told.line,
    `all at work ${inSeconds(recoveredMillis)} after it`,
  ].join('; ')
  return { line, broken }
}

/** Answers that no promise allows. */
function unallowed(entries: readonly Entry[], fault: GatewayFault): string[] {
  const bad = entries.filter(({ caller, status, retryAfter }) => {
    if (status === undefined || status === 500) return false
    if (status === 503) return retryAfter !== true
    if (caller.subject === undefined) return status !== 401
    if (status === 502 || status === 504) return fault.breaks !== 'backend'
    if (status === 429) return caller.path === '/mobile/echo'
    if (status === 401) return !/leaves|left/.test(caller.what)
    return status !== 200
  })
  // Where calls are counted alone meanwhile, Redis is missed by nobody.
  const alone = entries.filter(({ caller, status }) => caller.path === '/alone' && status !== 200 && status !== 429)
  const missed = fault.breaks === 'redis' ? alone : []
  const unreached = entries.filter((entry) => isOk(entry) && entry.reachedAt.length === 0)
  return [...bad, ...missed, ...unreached].slice(0, 5).map(({ caller, status }) => `${caller.what} got ${status}`)
}

/** A gateway repeats a GET after a broken connection to the backend, and nothing else. */
function repeated(entries: readonly Entry[], fault: GatewayFault): string[] {
  const twice = entries.filter(({ reachedAt }) => reachedAt.length > 1)
  return twice
    .filter(({ method, reachedAt }) => method === 'POST' || fault.breaks !== 'backend' || reachedAt.length > 2)
    .slice(0, 3)
    .map(({ method, reachedAt }) => `a ${method} reached the backend ${reachedAt.length} times`)
}

function longestGap(honest: readonly Entry[]): number {
  const at = honest.filter(isOk).map(({ began, ended = began }) => ended)
  at.sort((one, other) => one - other)
  return Math.max(0, ...at.map((each, index) => each - (at[index - 1] ?? each)))
}

/** How often which answer, such as `401: 20, none: 3`. */
function statuses(entries: readonly Entry[]): string {
  return Object.entries(Object.groupBy(entries, ({ status }) => String(status ?? 'none')))
    .map(([status, those]) => `${status}: ${those?.length}`)
    .join(', ')
}

function took({ began, ended = began }: Entry): number {
  return ended - began
}
