// The configuration of the stage that limits calls.
import { map } from './collections.ts'
import { compiled, optional, type Value, withDefault } from './field.ts'
import { defaultLimit, limits, WINDOW_NAMES, windows } from './limits.ts'
import { POLICY_NAME } from './patterns.ts'
import { part, type RecordValue, record } from './record.ts'
import { redis } from './redis.ts'
import { choice, text } from './scalars.ts'
import { policy } from './shared.ts'

/** The fields of the stage that limits calls. */
export const QUOTA_FIELDS = {
  policy,
  plans: withDefault(
    map({
      description: 'Limits by name of the plan, as the claim plan of the token names it',
      keys: text({ maxLength: 100 }),
      values: limits(),
      maxLength: 100,
    }),
    {},
  ),
  default_limit: withDefault(defaultLimit, { minute: 60 }),
  anonymous_limit: withDefault(
    record({
      description: 'Limits for calls without a token, by address of the caller (IPv6: by its /64)',
      fields: windows('one address'),
      atLeastOneOf: WINDOW_NAMES,
    }),
    { minute: 60 },
  ),
  count_as: optional(
    text({
      description:
        'Name that calls are counted under; by default that of the policy. Configurations with the same name share one ' +
        'count: give a route with limits of its own another name, so that its calls are counted apart',
      match: POLICY_NAME,
      maxLength: 64,
    }),
  ),
  counters: withDefault(
    choice({
      description:
        'Where calls are counted: in the memory of each plugin server, or in a Redis that all gateways share',
      oneOf: ['local', 'redis'],
      maxLength: 10,
    }),
    'local',
  ),
  fail: withDefault(
    choice({
      description:
        'While Redis is away: closed refuses every call with 503, local counts in each plugin server (at most limit × servers)',
      oneOf: ['closed', 'local'],
      maxLength: 10,
    }),
    'closed',
  ),
  redis: optional(redis),
}

/** Counters in a Redis need one. */
export const SHARED_COUNTERS = { when: 'counters', is: 'redis', needs: 'redis' } as const

type GivenQuota = RecordValue<typeof QUOTA_FIELDS>

/** Where calls are counted, and used proofs remembered: in this process, or in a Redis that all gateways share. */
export type CountersConfig =
  | { readonly kind: 'local' }
  | ({ readonly kind: 'redis'; readonly fail: GivenQuota['fail'] } & Value<typeof redis>)

/** Configuration of the quota stage. */
export interface QuotaConfig extends Omit<GivenQuota, 'counters' | 'fail' | 'redis' | 'countAs'> {
  readonly countAs: string
  readonly counters: CountersConfig
}

/** Makes it of what was read. */
export function compileQuota(given: GivenQuota): QuotaConfig {
  const { counters, fail, redis: shared, countAs, ...rest } = part(given, QUOTA_FIELDS)
  return {
    ...rest,
    countAs: countAs ?? rest.policy,
    counters: counters === 'redis' && shared ? { kind: 'redis', fail, ...shared } : { kind: 'local' },
  }
}

/** Config of `mobile-quota`. */
export const quotaConfig = compiled(
  record({
    description: 'Counts the call only; needs mobile-token of the same policy before it',
    fields: QUOTA_FIELDS,
    conditional: SHARED_COUNTERS,
  }),
  compileQuota,
)
