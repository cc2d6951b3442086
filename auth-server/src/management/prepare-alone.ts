// What takes its time before a transaction: a caller has one such thing under way, so that nobody stands behind all that another one sent.
import type { Deps } from '../deps.ts'
import { tooManyRequests } from '../http/problem.ts'
import { callerOf, type ManagementActor } from './actor.ts'

/** Who has something under way, by the server that they asked. */
const UNDER_WAY = new WeakMap<Deps, Set<string>>()
const WAIT_SECONDS = 1

/** @throws {HttpProblem} 429 while the same caller has another under way at this instance */
export async function prepareAlone<T>(deps: Deps, actor: ManagementActor, prepare: () => Promise<T>): Promise<T> {
  const callers = UNDER_WAY.get(deps) ?? new Set<string>()
  UNDER_WAY.set(deps, callers)
  const caller = callerOf(actor)
  if (callers.has(caller)) {
    deps.limits.refused('preparations')
    throw tooManyRequests('what you sent before this is being read: send this one again after its answer', WAIT_SECONDS)
  }
  callers.add(caller)
  try {
    return await prepare()
  } finally {
    callers.delete(caller)
  }
}
