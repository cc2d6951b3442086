// What a provider tells at a sign-in, as claims for the tokens of logins that begin in it; kept with the session, never asked for again.
import type { FastifyBaseLogger } from 'fastify'
import { mappedClaims } from '../../identity/federation/claim-mapping.ts'
import type { UpstreamIdentity } from '../../identity/federation/provider.ts'
import type { IdentityProvider } from '../../identity/federation/providers.ts'
import type { AddedClaims } from '../../store/added-claims.ts'
import { addClaims } from '../../tokens/added-claims.ts'

/** A claim that no token can carry, or that is one too much, is left out: nobody gains by it, and all others stand. */
export function toldClaims(
  { name, claims: mapping }: IdentityProvider,
  identity: UpstreamIdentity,
  log: FastifyBaseLogger,
): AddedClaims {
  let told: AddedClaims = {}
  for (const [claim, value] of mappedClaims(mapping, identity)) {
    const addition = addClaims(told, { access_token: { [claim]: value }, id_token: { [claim]: value } })
    if ('claims' in addition) told = addition.claims
    else log.warn({ event: 'provider_claim_left_out', provider: name, because: addition.wrong }, 'a claim is left out')
  }
  return told
}
