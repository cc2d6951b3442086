// ID tokens: what the app may know about the login (OpenID Connect Core §2, §3.1.3.6).
import { createHash } from 'node:crypto'
import { SignJWT } from 'jose'
import type { KeyRing } from './signing-keys.ts'

const ID_TOKEN_TTL_SECONDS = 600

/** What an ID token says. Times are Unix seconds by the database's clock. */
export type Login = Readonly<{
  userId: string
  clientId: string
  sessionId: string
  acr: string
  authTime: number
  now: number
  nonce: string | null
  accessToken: string
  alg: string
}>

// The left half of the hash that belongs to the signature's algorithm (§3.1.3.6); SHA-512 for EdDSA on Ed25519.
const leftHalf = (alg: string, text: string): string => {
  const hash = createHash(alg === 'EdDSA' ? 'sha512' : `sha${alg.slice(-3)}`)
    .update(text, 'ascii')
    .digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}

/** Mints an ID token. Returns the compact JWT. */
export const mintIdToken = (issuer: string, keys: KeyRing, login: Login): Promise<string> => {
  const { kid, alg, privateKey } = keys.current(login.alg)
  return new SignJWT({
    iss: issuer,
    sub: login.userId,
    aud: login.clientId,
    iat: login.now,
    exp: login.now + ID_TOKEN_TTL_SECONDS,
    auth_time: login.authTime,
    acr: login.acr,
    sid: login.sessionId,
    ...(login.nonce !== null && { nonce: login.nonce }),
    at_hash: leftHalf(alg, login.accessToken),
  })
    .setProtectedHeader({ alg, typ: 'JWT', kid })
    .sign(privateKey)
}
