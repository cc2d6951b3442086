// private_key_jwt: a client proves itself by a short signed JWT, good once (RFC 7523 §3, OpenID Connect Core §9).
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose'
import type { Deps } from '../deps.ts'
import type { Client } from '../store/clients.ts'
import { useJti } from '../store/used-jtis.ts'
import { OAuthError } from './errors.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const ASSERTION_ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA']
/** An assertion may live this long at most; seconds. */
const MAX_LIFE_SECONDS = 300
const MAX_LENGTH = 8192

/** The client that an assertion speaks for, before anything in it is proven. @throws {OAuthError} invalid_client. */
export const assertionSubject = (assertion: string): string => {
  try {
    if (assertion.length > MAX_LENGTH) throw new errors.JWTInvalid('too long')
    const { sub } = decodeJwt(assertion)
    if (typeof sub === 'string') return sub
  } catch {
    // Falls through to the one answer below.
  }
  throw new OAuthError('invalid_client', 'client_assertion is not a JWT with a sub')
}

/** Whether an assertion proves the client, and comes for the first time. */
export const verifyAssertion = async ({ db, config }: Deps, client: Client, assertion: string): Promise<boolean> => {
  if (!client.jwks || assertion.length > MAX_LENGTH) return false
  try {
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(client.jwks), {
      algorithms: ASSERTION_ALGORITHMS,
      issuer: client.clientId,
      subject: client.clientId,
      audience: config.issuer,
      requiredClaims: ['exp', 'jti'],
      clockTolerance: 5,
      currentDate: new Date(client.readAt * 1000),
    })
    const life = (payload.exp ?? 0) - client.readAt
    // An array of audiences could hold a stranger who would replay the assertion here.
    if (typeof payload.aud !== 'string' || life > MAX_LIFE_SECONDS || typeof payload.jti !== 'string') return false
    return await useJti(db, ['client_assertion', client.clientId, payload.jti], MAX_LIFE_SECONDS + 60)
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}
