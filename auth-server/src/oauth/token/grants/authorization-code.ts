// grant_type=authorization_code: the code and its verifier for tokens, once (RFC 6749 §4.1.3, RFC 7636 §4.5).
import { redeemCode } from '../../../tokens/authorization-code.ts'
import { OAuthError } from '../../errors.ts'
import { requireVerifier } from '../../pkce.ts'
import { oneResource } from '../../resource.ts'
import { tokenResponse } from '../token-response.ts'
import type { GrantHandler } from './grant.ts'

export const authorizationCode: GrantHandler = async (deps, { client, parameters, log }) => {
  const code = parameters.get('code')
  if (code === undefined) throw new OAuthError('invalid_request', 'code is missing')
  const codeVerifier = requireVerifier(parameters.get('code_verifier'))
  const result = await redeemCode(deps.db, deps.config.tokenSecret, {
    code,
    codeVerifier,
    clientId: client.clientId,
    redirectUri: parameters.get('redirect_uri') ?? null,
    resource: oneResource(parameters.getAll('resource')),
  })
  if (result.kind === 'redeemed') return tokenResponse(deps, client, result.family, result.token)
  if (result.because === 'repeated late')
    log.warn(
      { event: 'code_reuse', clientId: client.clientId },
      'an authorization code came again; its tokens are revoked',
    )
  // One description for every reason: a guesser learns nothing.
  throw new OAuthError('invalid_grant', 'the code is unknown, expired, used, or was issued for another request', {
    detail: result.because,
  })
}
