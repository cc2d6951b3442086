// Says once that tokens have a claim with a value that no header may carry: the header is taken away, and somebody should know.
import type { Logger } from 'pino'
import { createNotedOnce, type NotedOnce } from '../../noted-once.ts'

const WORDS = {
  fact: 'claim',
  message: 'claim has a value that no header may carry: longer than 64 bytes, or no id; its header is taken away',
  further: 'further claims of that kind are not named',
}

/** Creates the notebook of one process. */
export function createUnusableClaims(log: Logger): NotedOnce {
  return createNotedOnce(log, WORDS)
}
