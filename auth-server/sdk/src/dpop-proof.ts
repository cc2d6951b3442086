// The proof of possession (RFC 9449 §4.2, §4.3): what can be checked of it without a clock, a database or a secret. Pure.

import { calculateJwkThumbprint } from 'jose'
import { normalAddress } from './address.ts'
import { type UnjudgedProof, unjudged } from './judged-proof.ts'
import { openSelfSigned } from './self-signed.ts'

export { PROOF_ALGORITHMS } from './self-signed.ts'

/** Why a proof is not sound, with a description for the developer of the app: fixed words, ASCII without quotes. */
export const UNSOUND_PROOF = {
  missing: 'The DPoP header is missing',
  'too-long': 'The DPoP proof is too long',
  form: 'There must be one DPoP header, holding one JWT',
  signature: 'The DPoP proof is not a JWT signed by the public key in its header',
  type: 'typ of the DPoP proof must be dpop+jwt',
  'private-key': 'jwk must be the public key alone; a private key that was sent anywhere is spent',
  key: 'jwk is a key of unusual size; RSA keys have 2048 to 4096 bits and a short exponent',
  claims: 'The DPoP proof lacks a claim or has an unusable one',
  htm: 'htm of the DPoP proof is not the method of this request',
  htu: 'htu of the DPoP proof is not the address of this request',
} as const

/** Why a proof is not sound. */
export type UnsoundProof = keyof typeof UNSOUND_PROOF

/** A request as its client sees it. */
export interface ProofTarget {
  readonly method: string
  /** The addresses it may be known by, in whatever spelling. */
  readonly addresses: readonly string[]
}

interface Unsound {
  readonly kind: 'unsound'
  readonly why: UnsoundProof
}

const MAX_JTI_LENGTH = 256

/**
 * Checks the value of a DPoP header: its form, its key, its signature, the method and the address. Throws only what is no
 * verdict on the proof. Whether a sound one counts is the caller's to judge.
 */
export async function checkProof(
  header: string | undefined,
  target: ProofTarget | undefined,
): Promise<UnjudgedProof | Unsound> {
  if (header === undefined || header === '') return unsound('missing')
  const signed = await openSelfSigned(header, 'dpop+jwt')
  if (signed.kind === 'unsound') return signed
  const { jwk, claims } = signed

  const { jti, htm, htu, iat, nonce, ath } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) return unsound('claims')
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return unsound('claims')
  if (!isTextOrAbsent(nonce) || !isTextOrAbsent(ath)) return unsound('claims')
  if (target === undefined || htm !== target.method) return unsound('htm')
  if (!isAddress(htu, target.addresses)) return unsound('htu')
  return unjudged({ thumbprint: await calculateJwkThumbprint(jwk), jti, issuedAt: iat, nonce, ath })
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function isAddress(htu: unknown, addresses: readonly string[]): boolean {
  if (typeof htu !== 'string') return false
  const named = normalAddress(htu)
  return named !== undefined && addresses.some((address) => normalAddress(address) === named)
}

function unsound(why: UnsoundProof): Unsound {
  return { kind: 'unsound', why }
}
