// The signature of a JWT (RFC 7515 §5.1 step 5), made on the thread that calls, by the way that takes Node the least time.
import { type KeyObject, sign } from 'node:crypto'
import type { SigningAlgorithm } from './signing-algorithms.ts'

/** What is signed: header and claims as they stand in the token, in ASCII. */
export interface ToSign {
  readonly alg: SigningAlgorithm
  readonly privateKey: KeyObject
  readonly input: string
}

/** What is hashed before it is signed (RFC 7518 §3.1, RFC 8037 §3.1); Ed25519 does so by itself. */
const DIGESTS: Readonly<Record<SigningAlgorithm, 'sha256' | null>> = { ES256: 'sha256', RS256: 'sha256', EdDSA: null }

/** Base64url. @throws {Error} when the key is no private key for the algorithm */
export function signatureOf({ alg, privateKey, input }: ToSign): string {
  const signature = sign(DIGESTS[alg], Buffer.from(input, 'latin1'), privateKey)
  return (alg === 'ES256' ? rawSignature(signature) : signature).toString('base64url')
}

/** Of each of the two numbers of a signature on P-256. */
const NUMBER_BYTES = 32

/**
 * The two numbers of a signature side by side (RFC 7518 §3.4), from DER (RFC 3279 §2.2.3): `30 len 02 len r 02 len s`.
 * OpenSSL makes DER, and Node takes longer to turn it into this form than OpenSSL to sign.
 */
function rawSignature(der: Buffer): Buffer {
  const raw = Buffer.alloc(2 * NUMBER_BYTES)
  const endOfFirst = copyNumber(der, 2, raw, NUMBER_BYTES)
  copyNumber(der, endOfFirst, raw, 2 * NUMBER_BYTES)
  return raw
}

/**
 * Copies a number so that it ends before `place`. DER gives it a byte more where it would look negative, and none for
 * zeros at its front. @returns where it ends in DER
 */
function copyNumber(der: Buffer, start: number, raw: Buffer, place: number): number {
  const length = der.readUInt8(start + 1)
  const end = start + 2 + length
  const kept = Math.min(length, NUMBER_BYTES)
  der.copy(raw, place - kept, end - kept, end)
  return end
}
