// ID tokens: what the app may know about the login (OpenID Connect Core §2, §3.1.3.6).
import { createHash } from 'node:crypto'
import { signJwt } from '../crypto/sign-jwt.ts'
import type { ClaimSet } from '../store/added-claims.ts'
import type { Db } from '../store/database.ts'
import { findPublicKey } from '../store/tables/signing-keys.ts'
import { readOwnToken, textClaim } from './own-token.ts'
import type { KeyRing } from './signing-keys.ts'

const ID_TOKEN_TTL_SECONDS = 600

/** The claims of every ID token; discovery lists them beside those that scopes open. */
export const ID_TOKEN_CLAIMS = ['iss', 'sub', 'aud', 'iat', 'exp', 'auth_time', 'acr', 'amr', 'sid', 'at_hash'] as const

/** What an ID token says. Times are Unix seconds by the database's clock. */
export interface Login {
  readonly personId: string
  readonly clientId: string
  readonly sessionId: string
  readonly acr: string
  readonly amr: readonly string[]
  readonly authTime: number
  readonly now: number
  readonly nonce: string | null
  readonly accessToken: string
  readonly alg: string
  /** Claims about the person, for an application that wants them here and not only at userinfo (§5.4). */
  readonly person: Readonly<Record<string, unknown>>
  /** What others have added to the login. */
  readonly added: ClaimSet | undefined
}

// The left half of the hash that belongs to the signature's algorithm (§3.1.3.6); SHA-512 for EdDSA on Ed25519.
function leftHalf(alg: string, text: string): string {
  const hash = createHash(alg === 'EdDSA' ? 'sha512' : `sha${alg.slice(-3)}`)
    .update(text, 'ascii')
    .digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}

/** Mints an ID token. Returns the compact JWT. */
export function mintIdToken(issuer: string, keys: KeyRing, login: Login): Promise<string> {
  const key = keys.current(login.alg)
  const claims = {
    iss: issuer,
    sub: login.personId,
    aud: login.clientId,
    iat: login.now,
    exp: login.now + ID_TOKEN_TTL_SECONDS,
    auth_time: login.authTime,
    acr: login.acr,
    amr: login.amr,
    sid: login.sessionId,
    at_hash: leftHalf(key.alg, login.accessToken),
  } satisfies Record<(typeof ID_TOKEN_CLAIMS)[number], string | number | readonly string[]>
  return signJwt(key, 'JWT', {
    ...login.added,
    ...login.person,
    ...claims,
    ...(login.nonce !== null && { nonce: login.nonce }),
  })
}

/** What an ID token that came back as a hint says: whose it is, and which client got it. */
export interface IdTokenHint {
  readonly personId: string
  readonly clientId: string
}

/**
 * Reads an `id_token_hint`: an ID token of ours, even one that has expired or whose key has been replaced since
 * (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2); undefined for anything else, also when that key had leaked.
 */
export async function readIdTokenHint(
  issuer: string,
  keys: KeyRing,
  db: Db,
  hint: string,
): Promise<IdTokenHint | undefined> {
  const claims = await readOwnToken(issuer, keys, 'JWT', hint, (kid) => findPublicKey(db, kid))
  const personId = claims && textClaim(claims, 'sub')
  const clientId = claims && textClaim(claims, 'aud')
  return personId && clientId ? { personId, clientId } : undefined
}
