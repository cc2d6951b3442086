// The proof of possession (RFC 9449 §4.2, §4.3): what can be checked of it without a clock, a database or a secret. Pure.

import {
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  EmbeddedJWK,
  errors,
  type ProtectedHeaderParameters,
} from 'jose'
import secureJson from 'secure-json-parse'
import { normalAddress } from './address.ts'
import { type UnjudgedProof, unjudged } from './judged-proof.ts'
import { holdsPrivatePart, isModestKey } from './public-key.ts'

/** Asymmetric only: what `none` or a MAC proves, everybody can prove (§4.3 no. 5). */
export const PROOF_ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519'] as const

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
type Claims = Readonly<Record<string, unknown>>

/** Characters of the header; a proof by a key of RSA-4096 has about 2500. */
const MAX_LENGTH = 4096
const MAX_JTI_LENGTH = 256
/** Servers join repeated headers with ", ", which no JWS contains. */
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * Checks the value of a DPoP header: its form, its key, its signature, the method and the address. Throws only what is no
 * verdict on the proof. Whether a sound one counts is the caller's to judge.
 */
export async function checkProof(
  header: string | undefined,
  target: ProofTarget | undefined,
): Promise<UnjudgedProof | Unsound> {
  if (header === undefined || header === '') return unsound('missing')
  if (header.length > MAX_LENGTH) return unsound('too-long')
  if (!COMPACT_JWS.test(header)) return unsound('form')

  const { typ, alg, jwk } = readHeader(header)
  if (typeof jwk !== 'object' || jwk === null || !PROOF_ALGORITHMS.some((known) => known === alg))
    return unsound('signature')
  // Before anything is computed with it: its owner chose it to be as much work as it is.
  if (!isModestKey(jwk)) return unsound('key')
  const claims = await openProof(header)
  if (claims === undefined) return unsound('signature')
  if (typ !== 'dpop+jwt') return unsound('type')
  if (holdsPrivatePart(jwk)) return unsound('private-key')

  const { jti, htm, htu, iat, nonce, ath } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) return unsound('claims')
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return unsound('claims')
  if (!isTextOrAbsent(nonce) || !isTextOrAbsent(ath)) return unsound('claims')
  if (target === undefined || htm !== target.method) return unsound('htm')
  if (!isAddress(htu, target.addresses)) return unsound('htu')
  return unjudged({ thumbprint: await calculateJwkThumbprint(jwk), jti, issuedAt: iat, nonce, ath })
}

function readHeader(proof: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(proof)
  } catch {
    return {}
  }
}

/** What a proof says, if its key signed it. Not jwtVerify: that would judge `exp` and `nbf`; a proof has only `iat`. */
async function openProof(proof: string): Promise<Claims | undefined> {
  try {
    const { payload } = await compactVerify(proof, EmbeddedJWK, { algorithms: [...PROOF_ALGORITHMS] })
    const claims: unknown = secureJson.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined
  } catch (error) {
    // Beside jose's own errors: a key that cannot be imported (TypeError, DOMException), text that is no JSON.
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof SyntaxError)
      return undefined
    if (error instanceof DOMException) return undefined
    throw error
  }
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
