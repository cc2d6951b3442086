// The second stage: each user of each application has a number of calls per window, by the plan in the token.
import type { Holder } from '../../holder.ts'
import type { QuotaConfig } from '../../schema/config.ts'
import type { CounterStores } from './counter-stores.ts'
import type { Verdict } from './counters.ts'
import { type Rule, rulesOf } from './rules.ts'
import { countKeys, type Subject } from './subject.ts'
import type { UnknownPlans } from './unknown-plans.ts'

/** What the stage needs besides its config. */
export interface QuotaStores {
  readonly counters: CounterStores
  readonly unknownPlans: UnknownPlans
  /** The configuration, as what it shares with others knows it. */
  readonly holder?: Holder
}

/** Counts one call of a subject, by the limits of its plan or, where it has none, by the default. */
export type AdmitCall = (subject: Subject, plan: string | undefined) => Verdict | Promise<Verdict>

/** Prepares the stage for one config. */
export function quotaStage(config: QuotaConfig, { counters, unknownPlans, holder }: QuotaStores): AdmitCall {
  const countAs = config.count_as ?? config.policy
  const byDefault = rulesOf(config.default_limit)
  const forAddresses = rulesOf({ ...config.anonymous_limit, application: undefined })
  const byPlan = new Map<string, readonly Rule[]>()
  for (const [plan, limits] of config.plans) byPlan.set(plan, rulesOf(limits))
  const store = counters.for(config, holder)

  return (subject, plan) => {
    const planned = plan === undefined ? undefined : byPlan.get(plan)
    if (plan !== undefined && !planned) unknownPlans.note(config.policy, plan)
    const rules = subject.kind === 'address' ? forAddresses : (planned ?? byDefault)
    return store.admit({ keys: countKeys(countAs, subject), rules })
  }
}
