// Whether a provider can be reached, as far as this process knows: by its last answer, or by the failure that came instead.
import { inBrief } from '../../logger/brief-error.ts'
import { WrongCredentials } from './provider.ts'

/** After a failure it counts as down for this long, unless it has answered since. */
const DOWN_MILLIS = 30_000

/** What went wrong, in words for the operator. */
export interface ProviderProblem {
  readonly at: Date
  readonly because: string
}

interface Reachability {
  /** Notes how it ends. */
  reach<T>(work: () => Promise<T>): Promise<T>
  failed(error: unknown): void
  /** It has answered, and what it said was not believed. */
  refused(error: unknown): void
  isDown(): boolean
  lastFailure(): ProviderProblem | undefined
  /** What went wrong the last time, also where it was reached or believed since. */
  lastTrouble(): ProviderProblem | undefined
}

/** @param ask does what asks the provider */
export function openReachability(ask: <T>(work: () => Promise<T>) => Promise<T>): Reachability {
  let downUntil = 0
  let last: ProviderProblem | undefined
  let trouble: ProviderProblem | undefined
  const refused = (error: unknown) => {
    trouble = { at: new Date(), because: inBrief(error).slice(0, 300) }
  }
  const failed = (error: unknown) => {
    downUntil = performance.now() + DOWN_MILLIS
    refused(error)
    last = trouble
  }
  const answered = () => {
    downUntil = 0
    last = undefined
  }
  return {
    async reach(work) {
      try {
        const result = await ask(work)
        answered()
        return result
      } catch (error) {
        // It has answered.
        if (error instanceof WrongCredentials) answered()
        else failed(error)
        throw error
      }
    },
    failed,
    refused,
    isDown: () => downUntil > performance.now(),
    lastFailure: () => last,
    lastTrouble: () => trouble,
  }
}
