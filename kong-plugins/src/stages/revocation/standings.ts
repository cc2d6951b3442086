// Whether a token still stands: one look into memory per request, with one follower per feed for the whole process.
import type { Logger } from 'pino'
import type { Clock } from '../../clock.ts'
import { createShared, FOREVER, type Holder } from '../../holder.ts'
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
  /** @param holder who asks; a feed is followed until all who did have gone */
  for(issuers: readonly IssuerConfig[], holder?: Holder): JudgeStanding
  /** All followers in use. */
  all(): readonly NamedFollower[]
  /** Those of configurations that no newer one has replaced. */
  current(): readonly NamedFollower[]
  close(): void
}

/** A follower, whose feed it reads, and where. */
export interface NamedFollower {
  readonly issuer: string
  readonly url: string
  readonly follower: Follower
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
  const followers = createShared<NamedFollower>(({ follower }) => follower.close())
  const judges = createShared<Judge>(() => {})

  function followerOf(issuer: string, config: RevocationsConfig, holder: Holder): Follower {
    const { url } = config
    const key = JSON.stringify([issuer, url, config.token_url, config.client_id])
    const { follower } = followers.hold(key, holder, () => ({
      issuer,
      url,
      follower: follow(issuer, createClient({ issuer, config }, clock), { clock, log }),
    }))
    follower.useSecret(config.client_secret)
    follower.hurry(config.max_staleness_seconds * 1000)
    return follower
  }

  /** Kong starts an instance per worker: those of one config share a judge, so that a change of state is one line. */
  function judgeOf(issuer: string, config: RevocationsConfig, holder: Holder): Judge {
    const follower = followerOf(issuer, config, holder)
    const { url, token_url, client_id, max_staleness_seconds, when_stale } = config
    const key = JSON.stringify([issuer, url, token_url, client_id, max_staleness_seconds, when_stale])
    return judges.hold(key, holder, () => createJudge(issuer, config, follower, log))
  }

  return {
    for(issuers, holder = FOREVER) {
      const byIssuer = new Map<string, Judge>()
      for (const { issuer, revocations } of issuers) {
        if (revocations) byIssuer.set(issuer, judgeOf(issuer, revocations, holder))
      }
      return (token) => byIssuer.get(token.issuer)?.(token) ?? 'standing'
    },
    all: followers.all,
    current: followers.current,
    close: followers.close,
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
  function isFresh(ageMillis: number): boolean {
    const tooOld = ageMillis > max_staleness_seconds * 1000
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
    const age = follower.ageMillis()
    // Before the first time nothing is known at all: not even a policy that is open later lets anything pass.
    if (age === Number.POSITIVE_INFINITY) return 'unknown'
    return isFresh(age) || when_stale === 'open' ? 'standing' : 'unknown'
  }

  return (token) =>
    follower.ageMillis() === Number.POSITIVE_INFINITY ? follower.started.then(() => judge(token)) : judge(token)
}
