// Chooses the counters that a configuration asks for; what they count in is shared by all configurations of this process.
import type { Clock } from '../../clock.ts'
import type { Holder } from '../../holder.ts'
import type { RedisLink } from '../../redis/link.ts'
import type { RedisLinks } from '../../redis/links.ts'
import type { CountersConfig } from '../../schema/quota.ts'
import type { Counters } from './counters.ts'
import type { CountsRecord } from './counts-record.ts'
import { createLocalCounters, type LocalCounters } from './local-counters.ts'
import { createRedisCounters } from './redis-counters.ts'

/** Gives the counters for a config. */
export interface CounterStores {
  for(config: CountersConfig, holder?: Holder): Counters
  /** All that is counted in this process, in parts. */
  records(): Iterable<CountsRecord>
  /** Takes over what another process has counted; of a link that nobody uses, nothing. */
  adopt(record: CountsRecord): void
  /** Names that are counted under in this process. */
  size(): number
}

/** Creates the stores of one process. */
export function createCounterStores(clock: Clock, links: RedisLinks): CounterStores {
  const local = createLocalCounters()
  const inLocal: Counters = { admit: (call) => local.admit(call, clock.wall()) }
  const rememberedByLink = new WeakMap<RedisLink, LocalCounters>()

  function rememberedOf(link: RedisLink): LocalCounters {
    const known = rememberedByLink.get(link) ?? createLocalCounters()
    rememberedByLink.set(link, known)
    return known
  }

  return {
    for(config, holder) {
      if (config.kind === 'local') return inLocal
      const { target, keyPrefix, fail } = config
      const link = links.at(target, holder, fail !== 'local')
      return createRedisCounters({
        link,
        remembered: rememberedOf(link),
        keyPrefix,
        fail,
        wall: () => clock.wall(),
      })
    },
    *records() {
      yield* local.records(clock.wall())
      for (const link of links.all()) {
        for (const record of rememberedByLink.get(link)?.records(link.nowMillis() ?? clock.wall()) ?? [])
          yield { ...record, redis: link.name }
      }
    },
    adopt(record) {
      if (record.redis === undefined) return local.adopt(record, clock.wall())
      for (const link of links.all())
        if (link.name === record.redis) rememberedOf(link).adopt(record, link.nowMillis() ?? clock.wall())
    },
    size: () => links.all().reduce((sum, link) => sum + (rememberedByLink.get(link)?.size ?? 0), local.size),
  }
}
