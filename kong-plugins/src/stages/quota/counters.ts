// Where calls are counted: what every kind of counter promises.
import type { Admission } from './admission.ts'
import type { CountKeys } from './count-keys.ts'
import type { Rule } from './rules.ts'

/** One call: the names it is counted under, and every number it must not exceed. */
export interface Call {
  readonly keys: CountKeys
  readonly rules: readonly Rule[]
}

/** Nobody can say whether the call is within its limits. */
export interface Undecided {
  readonly kind: 'undecided'
  readonly why: string
}

/** What the quota says of a call. */
export type QuotaVerdict = Admission | Undecided

/** Counts calls: all of a call's windows or none, each exact however many calls come at once. */
export interface Counters {
  /** Counts one call if every rule allows it; a refused call is counted nowhere. */
  admit(call: Call): QuotaVerdict | Promise<QuotaVerdict>
}

/** A rule of the call and the name it counts under. Rules for applications do not concern those who belong to none. */
export interface Count {
  readonly rule: Rule
  readonly key: string
}

/** The counts of a call. */
export function countsOf({ keys, rules }: Call): Count[] {
  const counts: Count[] = []
  for (const rule of rules) {
    const key = keys[rule.scope]
    if (key !== undefined) counts.push({ rule, key })
  }
  return counts
}
