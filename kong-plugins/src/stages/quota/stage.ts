// The stage that limits calls: each caller has a number of calls per window, by the plan in the token.
import type { Holder } from '../../holder.ts'
import type { NotedOnce } from '../../noted-once.ts'
import { oncePer } from '../../once-per.ts'
import type { QuotaConfig } from '../../schema/quota.ts'
import type { Caller, KnownCaller } from '../caller.ts'
import { countKeys } from './count-keys.ts'
import type { CounterStores } from './counter-stores.ts'
import type { QuotaVerdict } from './counters.ts'
import { type PlanRules, type Rule, rulesOf, rulesOfAddresses } from './rules.ts'

/** What the stage needs besides its config. */
export interface QuotaStores {
  readonly counters: CounterStores
  readonly unknownPlans: NotedOnce
  /** The configuration, as what it shares with others knows it. */
  readonly holder?: Holder
}

/** Counts one call of a caller, by the limits of its plan or, where it has none, by the default. */
export type AdmitCall = (caller: Caller) => QuotaVerdict | Promise<QuotaVerdict>

/** Prepares the stage for one config. */
export function quotaStage(config: QuotaConfig, { counters, unknownPlans, holder }: QuotaStores): AdmitCall {
  const { policy, countAs } = config
  const keysOf = oncePer((caller: KnownCaller) => countKeys(countAs, caller))
  const byDefault = rulesOf(config.defaultLimit)
  const forAddresses = rulesOfAddresses(config.anonymousLimit)
  const byPlan = new Map<string, PlanRules>()
  for (const [plan, limits] of config.plans) byPlan.set(plan, rulesOf(limits))
  const store = counters.for(config.counters, holder)

  function rulesFor(caller: Caller): readonly Rule[] {
    if (caller.kind === 'anonymous') return forAddresses
    const { plan } = caller
    const planned = plan === undefined ? undefined : byPlan.get(plan)
    if (plan !== undefined && !planned) unknownPlans.note(policy, plan)
    const { attested, others } = planned ?? byDefault
    return caller.isAttested ? attested : others
  }

  return (caller) => {
    const keys = caller.kind === 'anonymous' ? countKeys(countAs, caller) : keysOf(caller)
    return store.admit({ keys, rules: rulesFor(caller) })
  }
}
