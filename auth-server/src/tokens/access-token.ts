// Access tokens: RFC 9068 JWTs for exactly one API.
import { SignJWT } from 'jose'
import { randomSecret } from '../crypto/random.ts'
import type { KeyRing } from './signing-keys.ts'

/** Ten minutes: what a stolen token is worth at most where revocation has not been heard of. */
export const ACCESS_TOKEN_TTL_SECONDS = 600

/** What an access token says. */
export type Grant = Readonly<{
  /** The refresh-token family, which lives as long as this login of the app. */
  grantId: string
  userId: string
  clientId: string
  applicationId: string
  resource: string
  plan: string
  scopes: readonly string[]
  acr: string
  /** Unix seconds by the database's clock. */
  authTime: number
  now: number
}>

/** Mints an access token (RFC 9068 §2). Returns the compact JWT. */
export const mintAccessToken = (issuer: string, keys: KeyRing, grant: Grant): Promise<string> => {
  const { kid, alg, privateKey } = keys.current('ES256')
  return new SignJWT({
    iss: issuer,
    sub: grant.userId,
    aud: grant.resource,
    client_id: grant.clientId,
    app_id: grant.applicationId,
    scope: grant.scopes.join(' '),
    jti: randomSecret(16),
    iat: grant.now,
    exp: grant.now + ACCESS_TOKEN_TTL_SECONDS,
    auth_time: grant.authTime,
    acr: grant.acr,
    grant_id: grant.grantId,
    plan: grant.plan,
  })
    .setProtectedHeader({ alg, typ: 'at+jwt', kid })
    .sign(privateKey)
}
