// Device assertions: a guest's key speaks for the guest by a short JWT, good once (RFC 7523 §3).
import { decodeJwt } from 'jose'
import type { Deps } from '../../deps.ts'
import type { Client } from '../../store/queries/clients.ts'
import { OAuthError } from '../errors.ts'
import { readDeviceSigned } from './signed.ts'

export const ASSERTION_TYPE_OF_DEVICES = 'device-assertion+jwt'

/** An assertion may live this long at most; seconds. */
const MAX_LIFE_SECONDS = 120
/** How far a phone's clock may be wrong, as for a DPoP proof. */
const CLOCK_TOLERANCE_SECONDS = 60
const MAX_JTI_LENGTH = 256

/** For how long one could come again. */
export const ASSERTION_KEEP_SECONDS = MAX_LIFE_SECONDS + 2 * CLOCK_TOLERANCE_SECONDS

/** What an assertion proves; that it comes for the first time, and whose key it is, is for the database to say. */
export interface DeviceAssertion {
  readonly jkt: string
  readonly jti: string
}

/** The key that an assertion names, before anything in it is proven. @throws {OAuthError} invalid_grant */
export function assertedKey(assertion: string): string {
  try {
    const { iss } = decodeJwt(assertion)
    if (typeof iss === 'string' && /^[\w-]{43}$/.test(iss)) return iss
  } catch {
    // Falls through to the one answer below.
  }
  throw invalidAssertion('is not a JWT whose iss is the thumbprint of its key')
}

/**
 * @param dpopJkt of the DPoP proof beside it: the same key has to hold both, so that an assertion is of no use to who finds it
 * @throws {OAuthError} invalid_grant
 */
export async function readAssertion(
  { config }: Pick<Deps, 'config'>,
  { readAt }: Client,
  assertion: string,
  dpopJkt: string,
): Promise<DeviceAssertion> {
  const signed = await readDeviceSigned(assertion, ASSERTION_TYPE_OF_DEVICES)
  if (typeof signed === 'string') throw invalidAssertion(`${signed} (typ ${ASSERTION_TYPE_OF_DEVICES})`)
  const { jkt, claims } = signed
  const { iss, sub, aud, exp, iat, jti } = claims
  if (iss !== jkt || sub !== jkt) throw invalidAssertion('iss and sub have to be the thumbprint of its key')
  if (jkt !== dpopJkt) throw invalidAssertion('and the DPoP proof are by two different keys')
  if (aud !== config.issuer) throw invalidAssertion(`aud has to be the issuer, ${config.issuer}, as a string`)
  if (typeof exp !== 'number' || !Number.isFinite(exp)) throw invalidAssertion('exp is missing')
  if (exp <= readAt - CLOCK_TOLERANCE_SECONDS) throw invalidAssertion('has expired, or the clock of the device is slow')
  if (exp > readAt + MAX_LIFE_SECONDS + CLOCK_TOLERANCE_SECONDS)
    throw invalidAssertion(`exp is more than ${MAX_LIFE_SECONDS} seconds away, or the clock of the device is fast`)
  if (iat !== undefined && (typeof iat !== 'number' || iat > readAt + CLOCK_TOLERANCE_SECONDS))
    throw invalidAssertion('iat is in the future: the clock of the device is fast')
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) throw invalidAssertion('jti is missing')
  return { jkt, jti }
}

function invalidAssertion(problem: string): OAuthError {
  return new OAuthError('invalid_grant', `assertion: ${problem}`)
}
