// Whether a token still stands: one look into memory per request.
import type { Logger } from 'pino'
import type { RevocationsConfig } from '../../schema/revocations.ts'
import type { Follower } from './follower.ts'
import type { TokenFacts } from './revoked-tokens.ts'

/** `unknown`: it cannot be told, and the policy says that then nothing passes. */
export type Standing = 'standing' | 'revoked' | 'unknown'

/** Judges verified tokens of one issuer. */
export type Judge = (token: TokenFacts) => Standing | Promise<Standing>

/** Judges verified tokens of the issuers of one policy. It waits only while a feed is read for the first time. */
export type JudgeStanding = (token: TokenFacts & { readonly issuer: string }) => Standing | Promise<Standing>

/** Creates the judge of an issuer's tokens under one policy. */
export function createJudge(
  issuer: string,
  { maxStalenessSeconds, whenStale }: RevocationsConfig,
  follower: Follower,
  log: Logger,
): Judge {
  let stale = false

  /** Whether what is known is young enough; tells the log when that changes. */
  function isFresh(ageMillis: number): boolean {
    const tooOld = ageMillis > maxStalenessSeconds * 1000
    if (tooOld !== stale) {
      stale = tooOld
      const facts = { issuer, maxStalenessSeconds, whenStale }
      if (stale) log.error(facts, 'revocations have not been known for too long')
      else log.info(facts, 'revocations are known again')
    }
    return !tooOld
  }

  function judge(token: TokenFacts): Standing {
    if (follower.revoked.has(token)) return 'revoked'
    const age = follower.ageMillis()
    // Before the first time nothing is known at all: not even a policy that is open later lets anything pass.
    if (age === Number.POSITIVE_INFINITY) return 'unknown'
    return isFresh(age) || whenStale === 'open' ? 'standing' : 'unknown'
  }

  return (token) =>
    follower.ageMillis() === Number.POSITIVE_INFINITY ? follower.started.then(() => judge(token)) : judge(token)
}
