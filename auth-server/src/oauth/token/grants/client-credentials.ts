// grant_type=client_credentials: a machine on its own behalf (RFC 6749 §4.4). No person, so no refresh and no ID token.
import { isOpenIdScope } from '../../../catalogue/openid-scopes.ts'
import type { Deps } from '../../../deps.ts'
import type { Parameters } from '../../../http/parameters.ts'
import { ACCESS_TOKEN_TTL_SECONDS, mintAccessToken } from '../../../tokens/access-token.ts'
import { OAuthError } from '../../errors.ts'
import { requireSubscription } from '../../resource.ts'
import { parseScope } from '../../scope.ts'
import type { GrantRequest, ReadGrant, TokenResponse } from './grant.ts'

export function clientCredentials(deps: Deps, parameters: Parameters): ReadGrant {
  const named = parseScope(parameters.get('scope'))
  return { presented: undefined, answer: (request) => grantToMachine(deps, request, named) }
}

async function grantToMachine(
  { config, keys }: Deps,
  { client, resource, dpopJkt }: GrantRequest,
  named: readonly string[] | undefined,
): Promise<TokenResponse> {
  // §4.4.2: anybody could call with the name of a public client.
  if (client.authMethod === 'none')
    throw new OAuthError('unauthorized_client', 'client_credentials is for clients that authenticate')
  if (named?.some(isOpenIdScope))
    throw new OAuthError('invalid_scope', 'OpenID Connect scopes are about a person; a machine has none')
  const subscription = requireSubscription(client, resource === null ? [] : [resource])
  // A machine is in no group, so it has nothing of what is for one alone.
  const offered = subscription.scopes.filter(({ requiredGroup }) => requiredGroup === null).map(({ name }) => name)
  // Here no library adds scopes of its own, and a machine that was given less would only fail later.
  if (named?.some((name) => !offered.includes(name)))
    throw new OAuthError('invalid_scope', `the subscription offers these scopes only: ${offered.join(' ')}`)
  const scopes = named ?? offered
  const accessToken = await mintAccessToken(config.issuer, keys, {
    // RFC 9068 §2.2: sub identifies the client itself; no user's id can look like it.
    subject: client.clientId,
    clientId: client.clientId,
    applicationId: client.applicationId,
    resource: subscription.resource,
    plan: subscription.plan,
    scopes,
    dpopJkt,
    alg: client.accessTokenAlg,
    now: client.readAt,
  })
  return {
    access_token: accessToken,
    token_type: dpopJkt === null ? 'Bearer' : 'DPoP',
    expires_in: ACCESS_TOKEN_TTL_SECONDS,
    scope: scopes.join(' '),
  }
}
