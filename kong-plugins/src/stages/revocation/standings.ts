// Whether a token still stands: one look into memory per request, with one follower per feed for the whole process.
import type { Logger } from 'pino'
import type { Clock } from '../../clock.ts'
import type { RevocationsConfig } from '../../schema/revocations.ts'
import { createFeedClient, type FeedAddress, type FeedClient } from './feed-client.ts'
import { type Follower, follow } from './follower.ts'
import type { TokenFacts } from './revoked-tokens.ts'

/** `unknown`: it cannot be told, and the policy says that then nothing passes. */
export type Standing = 'standing' | 'revoked' | 'unknown'

/** Judges verified tokens of the issuers of one policy. It waits only while a feed is read for the first time. */
export type JudgeStanding = (token: TokenFacts & { readonly issuer: string }) => Standing | Promise<Standing>

/** The followers of this process. */
export interface Standings {
  for(issuers: readonly IssuerConfig[]): JudgeStanding
  /** All followers so far, with their issuers. */
  all(): readonly { readonly issuer: string; readonly follower: Follower }[]
  close(): void
}

interface IssuerConfig {
  readonly issuer: string
  readonly revocations: RevocationsConfig | undefined
}

/** What a test may replace. */
export type CreateFeedClient = (address: FeedAddress, clock: Clock) => FeedClient

type Judge = (token: TokenFacts) => Standing | Promise<Standing>

/** Creates the register; it follows nothing until a policy asks. */
export function createStandings(
  clock: Clock,
  log: Logger,
  createClient: CreateFeedClient = createFeedClient,
): Standings {
  const followers = new Map<string, { issuer: string; follower: Follower }>()
  const judges = new Map<string, Judge>()

  function followerOf(issuer: string, config: RevocationsConfig): Follower {
    const key = JSON.stringify([issuer, config.url, config.token_url, config.client_id])
    const known = followers.get(key)?.follower
    const follower = known ?? follow(issuer, createClient({ issuer, config }, clock), { clock, log })
    if (!known) followers.set(key, { issuer, follower })
    follower.useSecret(config.client_secret)
    follower.hurry(config.max_staleness_seconds * 1000)
    return follower
  }

  /** Kong starts an instance per worker: those of one config share a judge, so that a change of state is one line. */
  function judgeOf(issuer: string, config: RevocationsConfig): Judge {
    const follower = followerOf(issuer, config)
    const { url, token_url, client_id, max_staleness_seconds, when_stale } = config
    const key = JSON.stringify([issuer, url, token_url, client_id, max_staleness_seconds, when_stale])
    const judge = judges.get(key) ?? createJudge(issuer, config, follower, log)
    judges.set(key, judge)
    return judge
  }

  return {
    for(issuers) {
      const byIssuer = new Map<string, Judge>()
      for (const { issuer, revocations } of issuers) {
        if (revocations) byIssuer.set(issuer, judgeOf(issuer, revocations))
      }
      return (token) => byIssuer.get(token.issuer)?.(token) ?? 'standing'
    },
    all: () => [...followers.values()],
    close() {
      for (const { follower } of followers.values()) follower.close()
    },
  }
}

function createJudge(
  issuer: string,
  { max_staleness_seconds, when_stale }: RevocationsConfig,
  follower: Follower,
  log: Logger,
): Judge {
  let stale = false

  /** Whether what is known is young enough; tells the log when that changes. */
  function isFresh(ageMs: number): boolean {
    const tooOld = ageMs > max_staleness_seconds * 1000
    if (tooOld !== stale) {
      stale = tooOld
      const facts = { issuer, maxStalenessSeconds: max_staleness_seconds, whenStale: when_stale }
      if (stale) log.error(facts, 'revocations have not been known for too long')
      else log.info(facts, 'revocations are known again')
    }
    return !tooOld
  }

  function judge(token: TokenFacts): Standing {
    if (follower.revoked.has(token)) return 'revoked'
    const age = follower.ageMs()
    // Before the first time nothing is known at all: not even a policy that is open later lets anything pass.
    if (age === Number.POSITIVE_INFINITY) return 'unknown'
    return isFresh(age) || when_stale === 'open' ? 'standing' : 'unknown'
  }

  return (token) =>
    follower.ageMs() === Number.POSITIVE_INFINITY ? follower.started.then(() => judge(token)) : judge(token)
}
