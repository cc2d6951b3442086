// Says once that tokens name a plan which the configuration does not list: the default holds, and somebody should know.
import type { Logger } from 'pino'
import { createNotedOnce, type NotedOnce } from '../../noted-once.ts'

const WORDS = {
  fact: 'plan',
  message: 'plan is not listed in the configuration; default_limit holds',
  further: 'further plans that are not listed are not named',
}

/** Creates the notebook of one process. */
export function createUnknownPlans(log: Logger, maxPairs?: number): NotedOnce {
  return createNotedOnce(log, WORDS, maxPairs)
}
