// The stage that asks for a proof of possession with a token that is bound to a key (RFC 9449 §7.1, §4.3).
import { hash } from 'node:crypto'
import { checkProof } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import type { Clock } from '../../clock.ts'
import type { DpopConfig } from '../../schema/token-config.ts'
import type { InvalidProofRefusal } from '../token/refusals.ts'
import type { InvalidProof } from './proof.ts'
import type { ProofMemory } from './proof-memory.ts'
import { readTarget } from './target.ts'

/** A proof, and the request that it has to be for. */
export interface ProofFacts {
  /** The DPoP header; repeated ones joined by a comma. */
  readonly header: string | undefined
  readonly requestLine: string | undefined
}

/** A token that is bound to a key. */
export interface BoundToken {
  readonly token: string
  /** Thumbprint of the key (`cnf.jkt`). */
  readonly boundTo: string
}

/** Why a caller does not hold the key of its token. `undecided`: nobody can say whether the proof was used before. */
export type PossessionProblem =
  | InvalidProofRefusal
  | { readonly kind: 'other-key' }
  | { readonly kind: 'undecided'; readonly why: string }

/** Whether the caller holds the key; what is wrong if not. */
export type JudgePossession = (bound: BoundToken, facts: ProofFacts) => Promise<PossessionProblem | undefined>

/** Prepares the stage for one config. */
export function possessionStage(
  { origins, windowSeconds }: DpopConfig,
  { clock, proofs }: { readonly clock: Clock; readonly proofs: ProofMemory },
): JudgePossession {
  return async ({ token, boundTo }, { header, requestLine }) => {
    const proof = await checkProof(header, readTarget(requestLine, origins))
    if (proof.kind === 'unsound') return invalid(proof.why)
    const judged = await proof.judge<PossessionProblem>({
      ath: ({ ath }) => (ath === hash('sha256', token, 'base64url') ? 'passed' : invalid('ath')),
      time: ({ issuedAt }) => {
        const behindSeconds = clock.wall() / 1000 - issuedAt
        return Math.abs(behindSeconds) <= windowSeconds
          ? 'passed'
          : { kind: 'invalid-proof', why: 'iat', behindSeconds }
      },
      key: ({ thumbprint }) => (thumbprint === boundTo ? 'passed' : { kind: 'other-key' }),
      nonce: 'not demanded',
      once: async (claims) => {
        const use = await proofs.use(claims, windowSeconds)
        if (use.kind === 'undecided') return use
        return use.kind === 'repeated' ? invalid('repeated') : 'passed'
      },
    })
    return judged.kind === 'refused' ? judged.refusal : undefined
  }
}

function invalid(why: InvalidProof): PossessionProblem {
  return { kind: 'invalid-proof', why }
}
