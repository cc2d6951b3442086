// Says once that tokens name a plan which the configuration does not list: the default holds, and somebody should know.
import type { Logger } from 'pino'

/** Notes plans that are not listed. */
export interface UnknownPlans {
  /** Logs one line per policy and plan, however many calls, workers and reloads there are. */
  note(policy: string, plan: string): void
}

/** Pairs that are remembered, and so lines that are logged at most: names come from tokens, which may hold anything. */
const MAX_PAIRS = 1000

/** Creates the notebook of one process. */
export function createUnknownPlans(log: Logger, maxPairs = MAX_PAIRS): UnknownPlans {
  const noted = new Set<string>()
  return {
    note(policy, plan) {
      const pair = `${policy} ${plan}` // a policy's name holds no blank
      if (noted.has(pair) || noted.size >= maxPairs) return
      noted.add(pair)
      log.warn({ policy, plan }, 'plan is not listed in the configuration; default_limit holds')
      if (noted.size === maxPairs) log.warn({ pairs: maxPairs }, 'further plans that are not listed are not named')
    },
  }
}
