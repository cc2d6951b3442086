// Tokens that come back to us: whether this server signed them, for what it says it is. Time is for the caller to judge.
import { compactVerify, errors, type JWK } from 'jose'
import { SIGNING_ALGORITHMS } from '../crypto/signing-algorithms.ts'
import type { KeyRing } from './signing-keys.ts'

/** Longer text is no token of ours; characters. */
const MAX_LENGTH = 8192

/** Our key ids are thumbprints (RFC 7638); other text (a NUL among it) does not reach the database. */
const KEY_ID = /^[\w-]{43}$/

export type OwnTokenType = 'at+jwt' | 'JWT'
export type Claims = Readonly<Record<string, unknown>>

/** Finds the public key of an id that the ring does not publish any more. */
export type FindOlderKey = (kid: string) => Promise<JWK | undefined>

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The claims of a token that this server signed with this `typ`; undefined for anything else. Expiry is not judged here,
 * because the one clock is the database's.
 * @param findOlderKey also accepts a key that is not published any more; without it, that is a stranger's key.
 */
export async function readOwnToken(
  issuer: string,
  keys: KeyRing,
  type: OwnTokenType,
  token: string,
  findOlderKey?: FindOlderKey,
): Promise<Claims | undefined> {
  if (token.length > MAX_LENGTH) return undefined
  try {
    const { payload, protectedHeader } = await compactVerify(
      token,
      async ({ kid, alg }) => {
        // A key id is looked up, never followed, and each key signs by one algorithm only (RFC 8725 §3.1, §3.10).
        const known = keys.jwks.keys.find((key) => key.kid === kid)
        const jwk = known ?? (KEY_ID.test(String(kid)) ? await findOlderKey?.(String(kid)) : undefined)
        if (!jwk || jwk.alg !== alg) throw new errors.JWKSNoMatchingKey()
        return jwk
      },
      { algorithms: [...SIGNING_ALGORITHMS] },
    )
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload))
    return protectedHeader.typ === type && isClaims(claims) && claims.iss === issuer ? claims : undefined
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError || error instanceof TypeError)
      return undefined
    throw error
  }
}

/** A claim that has to be text. */
export function textClaim(claims: Claims, name: string): string | undefined {
  const value = claims[name]
  return typeof value === 'string' ? value : undefined
}
