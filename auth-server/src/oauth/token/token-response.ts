// From a refresh-token family to a token response.
import { openedBy } from '../../catalogue/openid-scopes.ts'
import type { Deps } from '../../deps.ts'
import { findClaims } from '../../store/queries/claims.ts'
import type { FamilyView } from '../../store/tables/refresh-families.ts'
import { ACCESS_TOKEN_TTL_SECONDS, mintAccessToken } from '../../tokens/access-token.ts'
import { mintIdToken } from '../../tokens/id-token.ts'
import type { RefreshToken } from '../../tokens/refresh-token.ts'
import { OAuthError } from '../errors.ts'
import { stillAllowed } from '../scope.ts'
import type { GrantRequest, TokenResponse } from './grants/grant.ts'

/** What this response adds to the family: the scopes asked for (null: all) and the nonce of a first ID token. */
interface Asked {
  readonly scopes: readonly string[] | null
  readonly nonce: string | null
}

/**
 * Mints the tokens; their scopes are never more than is still allowed.
 * @param refreshToken null for a login that has none
 */
export async function tokenResponse(
  { config, keys, db }: Deps,
  { client, dpopJkt }: GrantRequest,
  family: FamilyView,
  refreshToken: RefreshToken | null,
  asked: Asked,
): Promise<TokenResponse> {
  const { personId, clientId, applicationId, resource, plan, acr, amr, authTime, now, sessionId } = family
  const scopes = stillAllowed(asked.scopes ?? family.scopes, family)
  const accessToken = await mintAccessToken(config.issuer, keys, {
    subject: personId,
    login: family,
    clientId,
    applicationId,
    resource,
    plan,
    scopes,
    dpopJkt,
    alg: client.accessTokenAlg,
    now,
  })
  const idToken = scopes.includes('openid')
    ? await mintIdToken(config.issuer, keys, {
        personId,
        clientId,
        sessionId,
        acr,
        amr,
        authTime,
        now,
        nonce: asked.nonce,
        accessToken,
        alg: client.idTokenAlg,
        added: family.addedClaims?.id_token,
        person: await personClaims(db, family, client.claimsInIdToken ? scopes : []),
      })
    : undefined
  // A page has no safe place for a long-lived bearer token (RFC 9700 §2.2.2); one bound to a key is no bearer token.
  const mayRefresh =
    refreshToken !== null &&
    client.grantTypes.includes('refresh_token') &&
    (client.kind !== 'browser' || family.dpopJkt !== null)
  return {
    access_token: accessToken,
    token_type: dpopJkt === null ? 'Bearer' : 'DPoP',
    expires_in: ACCESS_TOKEN_TTL_SECONDS,
    scope: scopes.join(' '),
    ...(mayRefresh && { refresh_token: refreshToken.text }),
    ...(idToken !== undefined && { id_token: idToken }),
  }
}

/**
 * By scope, for an application that wants them there, and by name.
 * @throws {OAuthError} invalid_grant when the login has ended since its family was read.
 */
async function personClaims(
  db: Deps['db'],
  { id, personId, clientId, now, askedClaims }: FamilyView,
  scopes: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  if (scopes.length === 0 && askedClaims?.id_token === undefined) return {}
  const expiresAt = now + ACCESS_TOKEN_TTL_SECONDS
  const told = await findClaims(db, { grantId: id, subject: personId, clientId, expiresAt })
  if (!told) throw new OAuthError('invalid_grant', 'the login has ended meanwhile')
  return openedBy(scopes, told.person, askedClaims?.id_token, told.allowed)
}
