// grant_type=refresh_token: rotation with one successor (RFC 6749 §6, RFC 9700 §4.14).
import { noteEvidence } from '../../../catalogue/evidence.ts'
import type { Deps } from '../../../deps.ts'
import type { Parameters } from '../../../http/parameters.ts'
import type { Client } from '../../../store/queries/clients.ts'
import { refreshFamily } from '../../../tokens/refresh-family.ts'
import { parseRefreshToken, type RefreshToken } from '../../../tokens/refresh-token.ts'
import { OAuthError } from '../../errors.ts'
import { grantableScopes, parseScope } from '../../scope.ts'
import { tokenResponse } from '../token-response.ts'
import type { GrantRequest, ReadGrant, TokenResponse } from './grant.ts'

const NOT_VALID = 'the refresh token is not valid any more'

export function refreshToken(deps: Deps, parameters: Parameters, client: Client): ReadGrant {
  const text = parameters.get('refresh_token')
  if (text === undefined) throw new OAuthError('invalid_request', 'refresh_token is missing')
  const token = parseRefreshToken(deps.config.tokenSecrets, text)
  if (!token) throw invalidGrant('never issued')
  const named = parseScope(parameters.get('scope'))
  return {
    presented: { familyId: token.familyId },
    // Bound to a key, it is worth as much as the key, for months: a nonce makes sure that the key is at hand now and that
    // no proof was made in advance (RFC 9449 §11.2). Such are those of public clients, also one that is about to be bound. A code
    // lives for a minute and comes with a verifier: a nonce would only cost its client a second request.
    demandsNonce: client.authMethod === 'none',
    answer: (request) => refresh(deps, request, token, named),
  }
}

async function refresh(
  deps: Deps,
  request: GrantRequest,
  token: RefreshToken,
  named: readonly string[] | undefined,
): Promise<TokenResponse> {
  const { client, resource, dpopJkt, log, context } = request
  // What /authorize ignored is ignored here as well: libraries ask for the same list again.
  const offered = client.subscriptions.flatMap(({ scopes }) => scopes.map(({ name }) => name))
  const scopes = named ? grantableScopes(named, offered) : null
  const { clientId } = client
  const result = await refreshFamily(deps.db, deps.config.tokenSecrets, {
    token,
    clientId,
    scopes,
    resource,
    dpopJkt,
    context,
  })
  switch (result.kind) {
    case 'refreshed':
      if (result.how !== 'rotated') await noteEvidence(deps.db, client.applicationId, [{ fact: 'refresh-repeated' }])
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

function invalidGrant(detail: string): OAuthError {
  return new OAuthError('invalid_grant', NOT_VALID, { detail })
}
