// grant_type=authorization_code: the code and its verifier for tokens, once (RFC 6749 §4.1.3, RFC 7636 §4.5).
import { claimedRedirectUri } from '../../../catalogue/app-links.ts'
import { factsOfRequest, noteEvidence } from '../../../catalogue/evidence.ts'
import { sha256 } from '../../../crypto/digest.ts'
import type { Deps } from '../../../deps.ts'
import type { Parameters } from '../../../http/parameters.ts'
import type { Client } from '../../../store/queries/clients.ts'
import { PORTAL_CLIENT } from '../../../store/tables/applications.ts'
import type { StoredRequest } from '../../../store/tables/authorization-requests.ts'
import { redeemCode } from '../../../tokens/authorization-code.ts'
import { OAuthError } from '../../errors.ts'
import { readVerifier } from '../../pkce.ts'
import { claimsBeforeToken } from '../before-token.ts'
import { tokenResponse } from '../token-response.ts'
import type { GrantRequest, ReadGrant, TokenResponse } from './grant.ts'

export function authorizationCode(deps: Deps, parameters: Parameters): ReadGrant {
  const code = parameters.get('code')
  if (code === undefined) throw new OAuthError('invalid_request', 'code is missing')
  const codeHash = sha256(code)
  const codeVerifier = readVerifier(parameters.get('code_verifier'))
  const redirectUri = parameters.get('redirect_uri') ?? null
  return {
    presented: { codeHash },
    answer: (request) => redeem(deps, request, { codeHash, codeVerifier, redirectUri }),
  }
}

async function redeem(
  deps: Deps,
  request: GrantRequest,
  sent: Readonly<{ codeHash: string; codeVerifier: string | undefined; redirectUri: string | null }>,
): Promise<TokenResponse> {
  const { client, resource, dpopJkt, log, context } = request
  const { clientId } = client
  const presented = { ...sent, clientId, resource, dpopJkt }
  const addedClaims = await claimsBeforeToken(deps, presented)
  const result = await redeemCode(deps.db, deps.config.tokenSecrets, { ...presented, addedClaims, context })
  if (result.kind === 'redeemed') {
    const { family, token } = result
    if (family.asked) await noteRequest(deps, client, family.asked)
    return tokenResponse(deps, request, family, token, { scopes: null, nonce: family.nonce })
  }
  // RFC 9700 §2.1.1: a verifier for a code without challenge is a downgrade attack at work.
  if (result.because === 'unasked verifier')
    throw new OAuthError('invalid_request', 'code_verifier came for a code that was requested without code_challenge')
  // RFC 8707 §2.2, as for a refresh token: the code itself is good, so this is no invalid_grant.
  if (result.because === 'other resource') throw new OAuthError('invalid_target', 'the code is for another resource')
  if (result.because === 'guest ended')
    throw new OAuthError(
      'invalid_grant',
      "the device's guest has ended, or belongs to an account by now; begin a sign-in without device_assertion",
    )
  if (result.because === 'repeated late')
    log.warn({ event: 'code_reuse', clientId }, 'an authorization code came again; its tokens are revoked')
  if (result.because === 'too many verifiers') deps.limits.refused('codeVerifiers')
  // One description for every other reason: a guesser learns nothing.
  throw new OAuthError('invalid_grant', 'the code is unknown, expired, used, or was issued for another request', {
    detail: result.because,
  })
}

/** For the checklist of its developers. A trial shows the portal's own request, and its code is redeemed elsewhere. */
async function noteRequest({ db, config }: Deps, client: Client, asked: StoredRequest): Promise<void> {
  const { applicationId, clientId } = client
  if (clientId === PORTAL_CLIENT) return
  const isAppLink = asked.redirectUri === claimedRedirectUri(config.issuer, clientId)
  await noteEvidence(db, applicationId, factsOfRequest(db, { applicationId, asked, isAppLink }))
}
