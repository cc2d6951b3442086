// grant_type=authorization_code: the code and its verifier for tokens, once (RFC 6749 §4.1.3, RFC 7636 §4.5).
import { sha256 } from '../../../crypto/digest.ts'
import type { Parameters } from '../../../http/parameters.ts'
import { redeemCode } from '../../../tokens/authorization-code.ts'
import { OAuthError } from '../../errors.ts'
import { readVerifier } from '../../pkce.ts'
import { tokenResponse } from '../token-response.ts'
import type { Grant } from './grant.ts'

function codeOf(parameters: Parameters): string {
  const code = parameters.get('code')
  if (code === undefined) throw new OAuthError('invalid_request', 'code is missing')
  return code
}

const answer: Grant['answer'] = async (deps, request) => {
  const { client, parameters, resource, dpopJkt, log } = request
  const result = await redeemCode(deps.db, deps.config.tokenSecret, {
    code: codeOf(parameters),
    codeVerifier: readVerifier(parameters.get('code_verifier')),
    clientId: client.clientId,
    redirectUri: parameters.get('redirect_uri') ?? null,
    resource,
    dpopJkt,
  })
  if (result.kind === 'redeemed') {
    const { family, token } = result
    return tokenResponse(deps, request, family, token, { scopes: null, nonce: family.nonce })
  }
  // RFC 9700 §2.1.1: a verifier for a code without challenge is a downgrade attack at work.
  if (result.because === 'unasked verifier')
    throw new OAuthError('invalid_request', 'code_verifier came for a code that was requested without code_challenge')
  // RFC 8707 §2.2, as for a refresh token: the code itself is good, so this is no invalid_grant.
  if (result.because === 'other resource') throw new OAuthError('invalid_target', 'the code is for another resource')
  if (result.because === 'repeated late')
    log.warn(
      { event: 'code_reuse', clientId: client.clientId },
      'an authorization code came again; its tokens are revoked',
    )
  // One description for every other reason: a guesser learns nothing.
  throw new OAuthError('invalid_grant', 'the code is unknown, expired, used, or was issued for another request', {
    detail: result.because,
  })
}

export const AUTHORIZATION_CODE: Grant = {
  standsOn: (_config, parameters) => ({ codeHash: sha256(codeOf(parameters)) }),
  answer,
}
