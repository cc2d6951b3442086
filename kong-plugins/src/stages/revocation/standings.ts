// One follower per feed, and one judge per policy, for the whole process, whatever number of configurations name them.
import type { Logger } from 'pino'
import type { Clock } from '../../clock.ts'
import { createShared, FOREVER, type Holder } from '../../holder.ts'
import type { RevocationsConfig } from '../../schema/revocations.ts'
import type { IssuerConfig } from '../../schema/token-config.ts'
import { createFeedClient, type FeedAddress, type FeedClient } from './feed-client.ts'
import { type Follower, follow } from './follower.ts'
import { createJudge, type Judge, type JudgeStanding } from './stage.ts'

/** The followers of this process. */
export interface Standings {
  /** @param holder who asks; a feed is followed until all who did have gone */
  for(issuers: readonly Pick<IssuerConfig, 'issuer' | 'revocations'>[], holder?: Holder): JudgeStanding
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

/** What a test may replace. */
export type CreateFeedClient = (address: FeedAddress, clock: Clock) => FeedClient

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
    const key = JSON.stringify([issuer, url, config.tokenUrl, config.clientId])
    const { follower } = followers.hold(key, holder, () => ({
      issuer,
      url,
      follower: follow(issuer, createClient({ issuer, config }, clock), { clock, log }),
    }))
    follower.useSecret(config.clientSecret)
    follower.hurry(config.maxStalenessSeconds * 1000)
    return follower
  }

  /** Kong starts an instance per worker: those of one config share a judge, so that a change of state is one line. */
  function judgeOf(issuer: string, config: RevocationsConfig, holder: Holder): Judge {
    const follower = followerOf(issuer, config, holder)
    const { url, tokenUrl, clientId, maxStalenessSeconds, whenStale } = config
    const key = JSON.stringify([issuer, url, tokenUrl, clientId, maxStalenessSeconds, whenStale])
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
