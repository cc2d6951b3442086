// Logout tokens: an OpenID Connect provider says that a sign-in there is over (Back-Channel Logout 1.0 §2.4, §2.6).
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { type EndedThere, isKeepable, UnfitLogoutToken } from './provider.ts'

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** Whatever `exp` says: a provider that tries again makes a new one. */
const MAX_AGE_SECONDS = 600
const CLOCK_TOLERANCE_SECONDS = 60
/** How long one could be presented, by whichever clock: for so long its `jti` is kept. */
export const LOGOUT_TOKEN_KEEP_SECONDS = MAX_AGE_SECONDS + 2 * CLOCK_TOLERANCE_SECONDS

/** Never `none`, and no algorithm of a secret that is shared: whoever has read our configuration could sign by it. */
const BY_KEY_PAIR = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/
/** §2.4 wants the first; there are providers that say what every JWT may, or nothing (§2.6 names no check of it). */
const TYPES: ReadonlySet<string> = new Set(['logout+jwt', 'application/logout+jwt', 'jwt'])

export interface LogoutTokenIssuer {
  readonly issuer: string
  readonly clientId: string
  readonly keys: JWTVerifyGetKey
  /** By which it signs ID tokens, as its metadata says; by the same it signs these. */
  readonly algorithms: readonly string[] | undefined
}

/** @throws {UnfitLogoutToken} @throws {Error} when the keys cannot be had. */
export async function readLogoutToken(
  token: string,
  { issuer, clientId, keys, algorithms = ['RS256'] }: LogoutTokenIssuer,
): Promise<EndedThere> {
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer,
    audience: clientId,
    algorithms: algorithms.filter((name) => BY_KEY_PAIR.test(name)),
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
    maxTokenAge: MAX_AGE_SECONDS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  }).catch((error: unknown) => {
    throw error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)
      ? new UnfitLogoutToken(error.message)
      : error
  })
  if (!TYPES.has((protectedHeader.typ ?? 'jwt').toLowerCase()))
    throw new UnfitLogoutToken('its typ is of another token')
  return endedBy(payload)
}

function endedBy({ aud, jti, nonce, events, sub: subject, sid: sessionId }: JWTPayload): EndedThere {
  // Another party to it could play it to us (Core §3.1.3.7 rule 3).
  if (Array.isArray(aud) && aud.length > 1) throw new UnfitLogoutToken('aud names others as well')
  if (typeof jti !== 'string' || jti === '') throw new UnfitLogoutToken('jti has to be a text')
  // An ID token that has got into the wrong hands ends nothing.
  if (nonce !== undefined) throw new UnfitLogoutToken('nonce is of an ID token')
  if (!isObject(events) || !isObject(events[LOGOUT_EVENT])) throw new UnfitLogoutToken(`events has no ${LOGOUT_EVENT}`)
  for (const [name, value] of Object.entries({ sub: subject, sid: sessionId }))
    if (value !== undefined && !isKeepable(value)) throw new UnfitLogoutToken(`${name} is none that could be kept`)
  if (isKeepable(subject)) return { jti, subject, ...(isKeepable(sessionId) && { sessionId }) }
  if (isKeepable(sessionId)) return { jti, sessionId }
  throw new UnfitLogoutToken('sub and sid are both missing')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
