// Says once what is wrong with a name that tokens and configurations use: a line per policy and name, however many calls there are.
import type { Logger } from 'pino'

/** Notes names. */
export interface NotedOnce {
  /** Logs one line per policy and name, however many calls, workers and reloads there are. */
  note(policy: string, name: string): void
}

/** What is said: `fact` is what the name is called in the line. */
export interface NotedWords {
  readonly fact: string
  readonly message: string
  /** Of all further ones together. */
  readonly further: string
}

/** Pairs that are remembered, and so lines that are logged at most: names come from tokens, which may hold anything. */
const MAX_PAIRS = 1000

/** Creates the notebook of one process. */
export function createNotedOnce(log: Logger, { fact, message, further }: NotedWords, maxPairs = MAX_PAIRS): NotedOnce {
  const noted = new Set<string>()
  return {
    note(policy, name) {
      const pair = `${policy} ${name}` // a policy's name holds no blank
      if (noted.has(pair) || noted.size >= maxPairs) return
      noted.add(pair)
      log.warn({ policy, [fact]: name }, message)
      if (noted.size === maxPairs) log.warn({ pairs: maxPairs }, further)
    },
  }
}
