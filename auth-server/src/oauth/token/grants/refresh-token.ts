// grant_type=refresh_token: rotation with one successor (RFC 6749 §6, RFC 9700 §4.14).
import type { Parameters } from '../../../http/parameters.ts'
import { refreshFamily } from '../../../tokens/refresh-family.ts'
import { parseRefreshToken } from '../../../tokens/refresh-token.ts'
import { OAuthError } from '../../errors.ts'
import { grantableScopes, parseScope } from '../../scope.ts'
import { tokenResponse } from '../token-response.ts'
import type { Grant } from './grant.ts'

const NOT_VALID = 'the refresh token is not valid any more'

function tokenOf(parameters: Parameters): string {
  const presented = parameters.get('refresh_token')
  if (presented === undefined) throw new OAuthError('invalid_request', 'refresh_token is missing')
  return presented
}

function invalidGrant(detail: string): OAuthError {
  return new OAuthError('invalid_grant', NOT_VALID, { detail })
}

const answer: Grant['answer'] = async (deps, request) => {
  const { client, parameters, resource, dpopJkt, log } = request
  const named = parseScope(parameters.get('scope'))
  // What /authorize ignored is ignored here as well: libraries ask for the same list again.
  const offered = client.subscriptions.flatMap(({ scopes }) => scopes.map(({ name }) => name))
  const scopes = named ? grantableScopes(named, offered) : null
  const result = await refreshFamily(deps.db, deps.config.tokenSecret, {
    refreshToken: tokenOf(parameters),
    clientId: client.clientId,
    scopes,
    resource,
    dpopJkt,
  })
  switch (result.kind) {
    case 'refreshed':
      if (result.how === 'recovered')
        log.warn({ event: 'refresh_recovered', grantId: result.family.id }, 'a lost refresh answer was replaced once')
      return tokenResponse(deps, request, result.family, result.token, { scopes, nonce: null })
    case 'scope-exceeded':
      throw new OAuthError('invalid_scope', 'a refresh can ask for scopes of the original grant only')
    case 'other-resource':
      throw new OAuthError('invalid_target', 'the refresh token is for another resource')
    case 'reused':
      log.warn(
        { event: 'refresh_reuse', grantId: result.familyId },
        'a spent refresh token came again; its family is revoked',
      )
      throw invalidGrant('reuse')
    case 'invalid':
      throw invalidGrant('unknown, ended, another client or another key')
  }
}

export const REFRESH_TOKEN: Grant = {
  standsOn({ tokenSecret }, parameters) {
    const token = parseRefreshToken(tokenSecret, tokenOf(parameters))
    if (!token) throw invalidGrant('never issued')
    return { familyId: token.familyId }
  },
  answer,
}
