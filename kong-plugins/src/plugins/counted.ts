// What plugins do for the figures of usage: every decided call is counted, and of refusals some are kept, to be explained.
import { askedRequest } from '../asked-request.ts'
import type { KongReader } from '../protocol/kong.ts'
import { requestIdOf } from '../request-id.ts'
import type { HeldServices } from '../services.ts'
import type { Effects } from '../stages/effects.ts'
import type { KnownCall } from '../usage/known-call.ts'
import type { UsageOutcome } from '../usage/ledger.ts'

/** What was decided, and on which call, where it is known whose it is. */
export type DecidedCall = Effects & { readonly call?: KnownCall | undefined }

/** What a plugin does beside its decision. */
export interface NotedCalls extends Pick<HeldServices, 'ledgers' | 'tellsRequests'> {
  /** What it counts: see {@link noteCall}. */
  readonly counts: readonly UsageOutcome[]
}

/**
 * Notes what was decided. No call depends on it, and one that passes waits for nothing: a refused one is asked for its id.
 * @param counts what this plugin knows: one that others decide after counts refusals alone
 */
export async function noteCall(
  kong: KongReader,
  decided: DecidedCall,
  { ledgers, tellsRequests, policy, counts }: NotedCalls & { readonly policy: string },
): Promise<void> {
  const { call } = decided
  if (call === undefined) return
  const ledger = ledgers.of(policy, call.issuer)
  const outcome = decided.kind === 'deny' ? 'refused' : 'accepted'
  if (ledger === undefined || !counts.includes(outcome)) return
  ledger.count(call, outcome)
  if (decided.kind !== 'deny' || !ledger.hasRoomFor(call, decided.denial)) return
  const requestId = await requestIdOf(kong)
  if (requestId === undefined) return
  const { denial } = decided
  const asked = tellsRequests ? await askedRequest(kong) : undefined
  ledger.keep(call, asked ? { ...denial, facts: { ...denial.facts, ...asked } } : denial, requestId)
}
