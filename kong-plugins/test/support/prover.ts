// An app with a key of its own, making proofs of possession (RFC 9449 §4), good ones and others.
import { hash } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { nowSeconds } from './issuer.ts'

/** Everything about a proof that a test may change; `undefined` takes a claim or header parameter away. */
export interface ProofChanges {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

/** The app's key and what it signs. */
export interface Prover {
  /** Thumbprint, for `cnf.jkt`. */
  readonly jkt: string
  readonly publicJwk: JWK
  readonly privateJwk: JWK
  readonly privateKey: CryptoKey
  /** A proof for `GET http://localhost:8000/mobile/echo` with this token, but for the changes. */
  prove(token: string, changes?: ProofChanges): Promise<string>
}

let proofs = 0

/** Creates a key pair. */
export async function createProver(algorithm = 'ES256', options: { modulusLength?: number } = {}): Promise<Prover> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true, ...options })
  const publicJwk = await exportJWK(publicKey)
  return {
    jkt: await calculateJwkThumbprint(publicJwk),
    publicJwk,
    privateJwk: await exportJWK(privateKey),
    privateKey,
    prove(token, { claims = {}, header = {} } = {}) {
      proofs += 1
      return new SignJWT({
        jti: `proof-${proofs}`,
        htm: 'GET',
        htu: 'http://localhost:8000/mobile/echo',
        iat: nowSeconds(),
        ath: hash('sha256', token, 'base64url'),
        ...claims,
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: algorithm, jwk: publicJwk, ...header })
        .sign(privateKey)
    },
  }
}
