// The second stage: each user of each application has a number of calls per window, by the plan in the token.
import type { Clock } from '../../clock.ts'
import type { QuotaConfig } from '../../schema/config.ts'
import type { Caller } from '../caller.ts'
import type { Admission, Counters } from './counters.ts'

/** What the stage needs besides the caller and the config. */
export interface QuotaStores {
  readonly clock: Clock
  readonly counters: Counters
}

/** Counts the call. The key is policy × application × user: neither other users nor other apps use up anybody's calls. */
export function admitCall(
  caller: Caller,
  config: QuotaConfig,
  { clock, counters }: QuotaStores,
): Admission | Promise<Admission> {
  const planned = caller.plan === undefined ? undefined : config.plans.get(caller.plan)
  const key = JSON.stringify([config.policy, caller.clientId, caller.subject])
  return counters.admit(key, planned ?? config.default_limit, clock.wall())
}
