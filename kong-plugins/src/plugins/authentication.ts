// What both plugins that verify tokens do: find out who calls, tell Kong, and say in its log what was decided.
import { oncePer } from '../once-per.ts'
import type { KongReader } from '../protocol/kong.ts'
import type { TokenConfig } from '../schema/token-config.ts'
import type { HeldServices } from '../services.ts'
import type { Caller } from '../stages/caller.ts'
import { claimsStage } from '../stages/claims/stage.ts'
import { consumerStage } from '../stages/consumer/stage.ts'
import type { ProofMemory } from '../stages/dpop/proof-memory.ts'
import type { Denial, PassEffects, RequestHeaders } from '../stages/effects.ts'
import { tokenStage, type VerifiedCaller } from '../stages/token/stage.ts'
import { type KnownCall, knownCall } from '../usage/known-call.ts'
import { type DecidedCall, type NotedCalls, noteCall } from './counted.ts'
import type { Decide } from './plugin.ts'

/**
 * The call may go on, as this caller, after these effects, with these headers of claims; or it may not. `call`: whose it is,
 * where that is certain.
 */
export type AuthenticationDecision = { readonly call?: KnownCall | undefined } & (
  | { readonly kind: 'let-in'; readonly caller: Caller; readonly claims: RequestHeaders; readonly effects: PassEffects }
  | { readonly kind: 'deny'; readonly denial: Denial }
)

/** Prepares the token stage, the one of claims and the consumer stage for one config. */
export function authentication(
  config: TokenConfig,
  services: HeldServices,
  proofs: ProofMemory,
): (kong: KongReader) => Promise<AuthenticationDecision> {
  const verify = tokenStage(config, services, proofs)
  const announce = consumerStage(config)
  const tell = claimsStage(config, services.unusableClaims)
  const toldOf = oncePer(({ claims }: VerifiedCaller) => ({
    call: claims && knownCall(claims, config.audiences),
    claimHeaders: tell(claims),
  }))
  return async (kong) => {
    const verified = await verify(kong)
    if (verified.kind === 'deny') return verified
    const { caller, claims } = verified
    if (claims === undefined) return { kind: 'let-in', caller, claims: tell(claims), effects: {} }
    const { call, claimHeaders } = toldOf(verified)
    const announced = await announce(kong, caller, claims)
    return announced.kind === 'deny'
      ? { ...announced, call }
      : { kind: 'let-in', caller, call, claims: claimHeaders, effects: announced.effects }
  }
}

/** What was decided, and on whom. */
export type Judged = DecidedCall & { readonly caller?: Caller }

/**
 * Counts what was decided, and adds what the log plugins are told, where the config asks for it. Users are not among that:
 * logs are kept for long.
 */
export function noted(
  { policy, logFields }: TokenConfig,
  notes: NotedCalls,
  decide: (kong: KongReader) => Promise<Judged>,
): Decide {
  return async (kong) => {
    const { caller, call, ...decided } = await decide(kong)
    await noteCall(kong, { ...decided, call }, { ...notes, policy })
    const effects = decided.kind === 'deny' && call ? { ...decided, clientId: call.clientId } : decided
    if (!logFields) return effects
    const fields = {
      policy,
      ...(caller !== undefined && caller.kind !== 'anonymous' && { client_id: caller.clientId }),
      ...(effects.kind === 'deny' && { reason: effects.denial.reason }),
    }
    return { ...effects, logFields: fields }
  }
}
