// From a refresh-token family to a token response.
import type { Deps } from '../../deps.ts'
import type { Client } from '../../store/clients.ts'
import type { FamilyView } from '../../store/refresh-families.ts'
import { ACCESS_TOKEN_TTL_SECONDS, mintAccessToken } from '../../tokens/access-token.ts'
import type { RefreshToken } from '../../tokens/refresh-token.ts'
import type { TokenResponse } from './grants/grant.ts'

/** Mints the access token for `named` scopes, or for the family's; never more than the subscription still allows. */
export const tokenResponse = async (
  { config, keys }: Deps,
  client: Client,
  family: FamilyView,
  refreshToken: RefreshToken,
  named: readonly string[] | null = null,
): Promise<TokenResponse> => {
  const scopes = (named ?? family.scopes).filter((scope) => family.allowedScopes.includes(scope))
  return {
    access_token: await mintAccessToken(config.issuer, keys, { ...family, grantId: family.id, scopes }),
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_TTL_SECONDS,
    scope: scopes.join(' '),
    // A page has no safe place for a long-lived bearer token (RFC 9700 §2.2.2).
    ...(client.kind !== 'browser' && { refresh_token: refreshToken.text }),
  }
}
