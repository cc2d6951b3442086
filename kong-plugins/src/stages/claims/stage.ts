// The stage that makes headers of claims: each that is configured is told or taken away, whatever the token says.
import { claimHeaderValue } from '@mobile-api-gateway/sdk/claim-header.ts'
import type { NotedOnce } from '../../noted-once.ts'
import type { TokenConfig } from '../../schema/token-config.ts'
import { CLEAR, type RequestHeaders } from '../effects.ts'
import type { TokenClaims } from '../token/token.ts'

type Told = Pick<TokenConfig, 'policy' | 'claimHeaders'>

/** Whether a token has every claim that has to be told, with a value that can be. */
export function hasRequiredClaims({ claimHeaders }: Told, { others }: TokenClaims): boolean {
  return claimHeaders.every(({ claim, required }) => !required || claimHeaderValue(others.get(claim)) !== undefined)
}

/** Prepares the stage for one config; of a caller without a token nothing is told. */
export function claimsStage(
  { policy, claimHeaders }: Told,
  unusable: NotedOnce,
): (claims: TokenClaims | undefined) => RequestHeaders {
  return (claims) =>
    Object.fromEntries(
      claimHeaders.map(({ claim, header }) => {
        const stated = claims?.others.get(claim)
        const value = claimHeaderValue(stated)
        if (value === undefined && !isEmpty(stated)) unusable.note(policy, claim)
        return [header, value ?? CLEAR]
      }),
    )
}

/** Nothing was answered. */
function isEmpty(stated: unknown): boolean {
  return stated === undefined || stated === null || (Array.isArray(stated) && stated.length === 0)
}
