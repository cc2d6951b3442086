// Chooses the memory of used proofs that a configuration asks for: beside its counters, since both are shared or both are not.
import type { Clock } from '../../clock.ts'
import type { Holder } from '../../holder.ts'
import type { RedisLinks } from '../../redis/links.ts'
import type { CountersConfig } from '../../schema/quota.ts'
import { createLocalProofMemory, type LocalProofMemory, type ProofMemory } from './proof-memory.ts'
import { createRedisProofMemory } from './redis-proof-memory.ts'

/** Gives the memory for a config. */
export interface ProofMemories {
  for(config: CountersConfig, holder?: Holder): ProofMemory
  /** That of this process. */
  readonly local: LocalProofMemory
}

/** Creates the memories of one process. */
export function createProofMemories(clock: Clock, links: RedisLinks): ProofMemories {
  const local = createLocalProofMemory(() => clock.wall() / 1000)
  return {
    local,
    for(config, holder) {
      if (config.kind === 'local') return local
      const { target, keyPrefix, fail } = config
      return createRedisProofMemory({ link: links.at(target, holder), local, keyPrefix, fail })
    },
  }
}
