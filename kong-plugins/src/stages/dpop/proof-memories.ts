// Chooses the memory of used proofs that a configuration asks for: beside its counters, since both are shared or both are not.
import type { Clock } from '../../clock.ts'
import type { Holder } from '../../holder.ts'
import type { RedisLinks } from '../../redis/links.ts'
import type { CountersConfig } from '../quota/counter-stores.ts'
import { createLocalProofMemory, type LocalProofMemory, type ProofMemory } from './proof-memory.ts'
import { createRedisProofMemory } from './redis-proof-memory.ts'

/** Gives the memory for a config; without one, that of this process. */
export interface ProofMemories {
  for(config?: CountersConfig, holder?: Holder): ProofMemory
  /** That of this process. */
  readonly local: LocalProofMemory
}

/** Creates the memories of one process. */
export function createProofMemories(clock: Clock, links: RedisLinks): ProofMemories {
  const local = createLocalProofMemory(() => clock.wall() / 1000)
  return {
    local,
    for(config, holder) {
      if (config?.counters !== 'redis' || config.redis === undefined) return local
      const { redis, fail } = config
      return createRedisProofMemory({
        link: links.at(redis, holder),
        local,
        keyPrefix: redis.key_prefix,
        fail: fail === 'local' ? 'local' : 'closed',
      })
    },
  }
}
