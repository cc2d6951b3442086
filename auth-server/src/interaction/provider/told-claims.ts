// What a provider tells at a sign-in, as claims for the tokens of logins that begin in it; kept with the session, never asked for again.
import type { FastifyBaseLogger } from 'fastify'
import { mappedClaims } from '../../identity/federation/claim-mapping.ts'
import type { UpstreamIdentity } from '../../identity/federation/provider.ts'
import type { IdentityProvider } from '../../identity/federation/providers.ts'
import type { AddedClaims } from '../../store/added-claims.ts'
import { addClaims } from '../../tokens/added-claims.ts'

/** What became of the claims of the table: those that tokens carry, and those that are left out. */
export interface FittedTold {
  readonly claims: AddedClaims
  readonly leftOut: readonly Readonly<{ claim: string; because: string }>[]
}

/** A claim that no token can carry, or that is one too much, is left out: nobody gains by it, and all others stand. */
export function fitTold({ claims: mapping }: Pick<IdentityProvider, 'claims'>, identity: UpstreamIdentity): FittedTold {
  let claims: AddedClaims = {}
  const leftOut: Readonly<{ claim: string; because: string }>[] = []
  for (const [claim, value] of mappedClaims(mapping, identity)) {
    const addition = addClaims(claims, { access_token: { [claim]: value }, id_token: { [claim]: value } })
    if ('claims' in addition) claims = addition.claims
    else leftOut.push({ claim, because: addition.wrong })
  }
  return { claims, leftOut }
}

/** The same at a sign-in: what is left out is logged. */
export function toldClaims(
  provider: IdentityProvider,
  identity: UpstreamIdentity,
  log: FastifyBaseLogger,
): AddedClaims {
  const { claims, leftOut } = fitTold(provider, identity)
  for (const { because } of leftOut)
    log.warn({ event: 'provider_claim_left_out', provider: provider.name, because }, 'a claim is left out')
  return claims
}
