// What became of a suspension, to whoever asked for it.
import type { SuspensionOutcome } from '../catalogue/suspension.ts'
import { conflict } from './refusals.ts'

/** Where it was suspended already, nothing had to be done. @throws {HttpProblem} 409 for what gateways cannot be without */
export function requireSuspended(outcome: SuspensionOutcome): void {
  if (outcome === 'needed by gateways') throw conflict('gateways_need_it')
}
