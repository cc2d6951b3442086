// Remembers used proofs of possession in the Redis that all gateways share, so that none is accepted at two of them.
import { RedisAway, type RedisLink } from '../../redis/link.ts'
import { redisScript } from '../../redis/script.ts'
import { digestOf, type FirstUse, type LocalProofMemory, type ProofMemory } from './proof-memory.ts'

/** Notes one proof: the key says which, the argument for how many milliseconds. */
const USE = redisScript(
  'remember a proof',
  `
local set = redis.call('SET', KEYS[1], '1', 'PX', ARGV[2], 'NX')
return { now, set and 1 or 0 }
`,
)

/** What this memory works with. */
export interface RedisProofMemoryOptions {
  readonly link: RedisLink
  readonly local: LocalProofMemory
  readonly keyPrefix: string
  /** While Redis is away: refuse, or believe what this gateway alone remembers. */
  readonly fail: 'closed' | 'local'
}

/** Creates the memory. What this gateway knows itself is never asked of Redis. */
export function createRedisProofMemory({ link, local, keyPrefix, fail }: RedisProofMemoryOptions): ProofMemory {
  return {
    async use(proof, windowSeconds): Promise<FirstUse> {
      const here = local.use(proof, windowSeconds)
      if (here.kind !== 'first') return here
      // Whatever clock the proof was made by: from now on it is accepted for two windows at most.
      const lifetimeMillis = 2 * windowSeconds * 1000 + 1000
      try {
        const [, first] = await link.run(USE, [`${keyPrefix}:dpop:${digestOf(proof)}`], [lifetimeMillis])
        return { kind: first === 1 ? 'first' : 'repeated' }
      } catch (error) {
        if (!(error instanceof RedisAway)) throw error
        return fail === 'local' ? here : { kind: 'undecided', why: 'proofs not compared: Redis is away' }
      }
    },
  }
}
