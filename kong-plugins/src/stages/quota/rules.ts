// The limits of a plan as a list of rules: each is one number of calls, in one window, of one subject or one application.
import type { LimitsConfig } from '../../schema/limits.ts'
import type { CountKeys } from './count-keys.ts'
import { WINDOWS, type WindowName } from './windows.ts'

/** Most calls within a window, and whose calls are counted. */
export interface Rule {
  readonly scope: keyof CountKeys
  readonly name: WindowName
  /** Milliseconds. */
  readonly lengthMillis: number
  readonly limit: number
}

/** The rules of a plan: of whose device a phone has vouched for, and of all others. */
export interface PlanRules {
  readonly attested: readonly Rule[]
  readonly others: readonly Rule[]
}

/** All rules of a plan: those for the caller first, each from the shortest window to the longest. */
export function rulesOf({ application, attested, ...own }: LimitsConfig): PlanRules {
  const total = application ? rules('application', application) : []
  return { attested: [...rules('subject', attested ?? own), ...total], others: [...rules('subject', own), ...total] }
}

/** The rules of an address that nothing else is known of. */
export function rulesOfAddresses(limits: Numbers): readonly Rule[] {
  return rules('subject', limits)
}

type Numbers = Readonly<Record<WindowName, number | undefined>>

function rules(scope: Rule['scope'], limits: Numbers): Rule[] {
  return WINDOWS.flatMap(([name, lengthMillis]) => {
    const limit = limits[name]
    return limit === undefined ? [] : [{ scope, name, lengthMillis, limit }]
  })
}
