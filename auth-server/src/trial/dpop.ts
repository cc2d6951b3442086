// The key that a trial's tokens are bound to where the application's are, and the proofs made with it (RFC 9449).
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { sha256 } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'

const ALGORITHM = 'ES256'

export async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  return exportJWK(privateKey)
}

export function thumbprintOf(key: JWK): Promise<string> {
  return calculateJwkThumbprint(publicPart(key))
}

/** The header that goes with a GET (RFC 9449 §4.2, §7.1). */
export async function dpopHeaders(key: JWK, address: string, accessToken: string): Promise<Record<'dpop', string>> {
  const htu = address.replace(/[?#].*$/, '')
  const proof = new SignJWT({ htm: 'GET', htu, jti: randomSecret(16), ath: sha256(accessToken) })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: ALGORITHM, jwk: publicPart(key) })
    .setIssuedAt()
  return { dpop: await proof.sign(await importJWK(key, ALGORITHM)) }
}

function publicPart({ d: _, ...rest }: JWK): JWK {
  return rest
}
