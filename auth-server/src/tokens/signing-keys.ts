// The key ring: which key signs now, which keys verifiers may trust; private halves are encrypted at rest.
import {
  CompactEncrypt,
  type CryptoKey,
  calculateJwkThumbprint,
  compactDecrypt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose'
import type { Db } from '../store/database.ts'
import { insertFirstSigningKey, listSigningKeys } from '../store/signing-keys.ts'

/** ES256 signs unless a client chose otherwise; RS256 has to exist (RFC 9068 §2.1, OpenID Connect Core §15.1). */
export const SIGNING_ALGORITHMS = ['ES256', 'RS256'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

export type SigningKey = Readonly<{ kid: string; alg: SigningAlgorithm; privateKey: CryptoKey }>

export type KeyRing = Readonly<{
  /** The key that signs now. */
  current(alg: string): SigningKey
  /** RFC 7517 set of every key that verifiers may meet. */
  jwks: Readonly<{ keys: readonly JWK[] }>
}>

const encryptionKey = (secret: string): Uint8Array => Buffer.from(secret, 'base64url').subarray(0, 32)

const encrypt = (jwk: JWK, secret: string): Promise<string> =>
  new CompactEncrypt(Buffer.from(JSON.stringify(jwk)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(encryptionKey(secret))

const decrypt = async (jwe: string, secret: string): Promise<JWK> => {
  try {
    const { plaintext } = await compactDecrypt(jwe, encryptionKey(secret))
    return JSON.parse(Buffer.from(plaintext).toString('utf8'))
  } catch (cause) {
    throw new Error('a signing key cannot be decrypted: KEY_ENCRYPTION_KEY is not the one it was stored with', {
      cause,
    })
  }
}

const createKey = async (db: Db, alg: SigningAlgorithm, secret: string): Promise<void> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const publicJwk = { ...jwk, kid, alg, use: 'sig' }
  await insertFirstSigningKey(db, {
    kid,
    alg,
    publicJwk,
    privateJwe: await encrypt(await exportJWK(privateKey), secret),
  })
}

const isSigningAlgorithm = (alg: string): alg is SigningAlgorithm => SIGNING_ALGORITHMS.some((known) => known === alg)

/**
 * Loads the key ring, making the first key of each algorithm where none exists.
 * @param secret `KEY_ENCRYPTION_KEY`
 * @throws when a stored key cannot be decrypted.
 */
export const openKeyRing = async (db: Db, secret: string): Promise<KeyRing> => {
  const known = new Set((await listSigningKeys(db)).map((row) => row.alg))
  for (const alg of SIGNING_ALGORITHMS) if (!known.has(alg)) await createKey(db, alg, secret)

  const rows = await listSigningKeys(db)
  const signing = new Map<string, SigningKey>()
  for (const { kid, alg, privateJwe, signs } of rows) {
    if (!signs || !isSigningAlgorithm(alg)) continue
    const privateKey = await importJWK(await decrypt(privateJwe, secret), alg)
    if (privateKey instanceof Uint8Array) throw new Error(`signing key ${kid} is not asymmetric`)
    signing.set(alg, { kid, alg, privateKey })
  }
  return {
    jwks: { keys: rows.map((row) => row.publicJwk) },
    current(alg) {
      const key = signing.get(alg)
      if (!key) throw new Error(`no signing key for ${alg}`)
      return key
    },
  }
}
