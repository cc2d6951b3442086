// private_key_jwt: a client proves itself by a short signed JWT, good once (RFC 7523 §3, OpenID Connect Core §9).
import { namesOf } from '@mobile-api-gateway/sdk/algorithm.ts'
import { isModestKey } from '@mobile-api-gateway/sdk/public-key.ts'
import { createLocalJWKSet, decodeJwt, errors, type JWK, jwtVerify } from 'jose'
import { CLIENT_KEY_ALGORITHMS } from '../../catalogue/client-keys.ts'
import type { Deps } from '../../deps.ts'
import type { Client } from '../../store/queries/clients.ts'
import { useJti } from '../../store/tables/used-jtis.ts'
import { OAuthError } from '../errors.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const ASSERTION_ALGORITHMS = CLIENT_KEY_ALGORITHMS.flatMap(namesOf)
/** An assertion may live this long at most; seconds. */
const MAX_LIFE_SECONDS = 300
/** How far a client's clock may be ahead (FAPI 2.0 §5.3.2.1: at least 10 seconds, and never more than 60) or behind. */
const CLOCK_TOLERANCE_SECONDS = 10
const MAX_LENGTH = 8192

/** The client that an assertion speaks for, before anything in it is proven. @throws {OAuthError} invalid_client. */
export function assertionSubject(assertion: string): string {
  try {
    if (assertion.length > MAX_LENGTH) throw new errors.JWTInvalid('too long')
    const { sub } = decodeJwt(assertion)
    if (typeof sub === 'string') return sub
  } catch {
    // Falls through to the one answer below.
  }
  throw new OAuthError('invalid_client', 'client_assertion is not a JWT with a sub')
}

/** What is wrong with an assertion. `guess`: it shows no key of the client, so that anybody could have sent it. */
export interface AssertionProblem {
  readonly guess: boolean
  readonly problem: string
}

function unproven(problem: string): AssertionProblem {
  return { guess: true, problem }
}
function unfit(problem: string): AssertionProblem {
  return { guess: false, problem }
}

/** Proves the client by an assertion that comes for the first time: undefined, or what is wrong with it. */
export async function verifyAssertion(
  { db, config }: Deps,
  client: Client,
  assertion: string,
): Promise<AssertionProblem | undefined> {
  if (!client.jwks) return unproven('this client has registered no keys')
  if (assertion.length > MAX_LENGTH) return unproven('client_assertion is too long')
  // Keys that were registered before their size was looked at are no keys.
  const keys = client.jwks.keys.filter(isModestKey).map(anyNameOfEdDsa)
  try {
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys }), {
      algorithms: ASSERTION_ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(client.readAt * 1000),
    })
    const { iss, sub, aud, exp, iat, jti } = payload
    if (iss !== client.clientId || sub !== client.clientId) return unfit('iss and sub have to be the client_id')
    // An array of audiences could hold a stranger who would replay the assertion here.
    if (aud !== config.issuer) return unfit(`aud has to be the issuer, ${config.issuer}, as a string`)
    if (exp === undefined) return unfit('exp is missing')
    if (exp - client.readAt > MAX_LIFE_SECONDS + CLOCK_TOLERANCE_SECONDS)
      return unfit(`exp is more than ${MAX_LIFE_SECONDS} seconds away`)
    if (iat !== undefined && iat - client.readAt > CLOCK_TOLERANCE_SECONDS)
      return unfit(`iat is in the future: the clock is more than ${CLOCK_TOLERANCE_SECONDS} seconds fast`)
    if (typeof jti !== 'string' || jti === '') return unfit('jti is missing')
    const first = await useJti(db, ['client_assertion', client.clientId, jti], MAX_LIFE_SECONDS + 60)
    return first ? undefined : unproven('jti has been used already')
  } catch (error) {
    if (error instanceof errors.JWTExpired) return unfit('it has expired')
    // jose verifies the signature before it looks at any claim.
    if (error instanceof errors.JWTClaimValidationFailed) return unfit(error.message)
    if (error instanceof errors.JWKSNoMatchingKey) return unproven('no registered key has its kid and alg')
    if (error instanceof errors.JOSEError) return unproven(error.message)
    throw error
  }
}

// One algorithm with two names (RFC 8037 §3.1, RFC 9864 §2.2): its key goes with either, whichever it was registered by.
function anyNameOfEdDsa({ alg, ...key }: JWK): JWK {
  return key.crv === 'Ed25519' || alg === undefined ? key : { ...key, alg }
}
