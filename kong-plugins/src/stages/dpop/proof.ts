// The proof of possession that comes with a bound token: everything RFC 9449 §4.3 asks of it but that it is new. Pure.
import { hash } from 'node:crypto'
import { type CompactJWSHeaderParameters, calculateJwkThumbprint, compactVerify, EmbeddedJWK, errors } from 'jose'
import { PROOF_ALGORITHMS } from '../../schema/config.ts'
import { normalAddress, type Target } from './target.ts'

/** Descriptions for the developer of the app: fixed words, ASCII without quotes. */
export const INVALID_PROOF = {
  missing: 'The DPoP header is missing',
  'too-long': 'The DPoP proof is too long',
  form: 'There must be one DPoP header, holding one JWT',
  signature: 'The DPoP proof is not a JWT signed by the public key in its header',
  type: 'typ of the DPoP proof must be dpop+jwt',
  'private-key': 'jwk must be the public key alone; a private key that was sent anywhere is spent',
  claims: 'The DPoP proof lacks a claim or has an unusable one',
  htm: 'htm of the DPoP proof is not the method of this request',
  htu: 'htu of the DPoP proof is not the address of this request',
  ath: 'ath of the DPoP proof is not the hash of the access token',
  iat: 'The DPoP proof was not made just now; compare the clock of the device',
  repeated: 'The DPoP proof has been used before',
} as const

/** Why a proof does not count. */
export type InvalidProof = keyof typeof INVALID_PROOF

/** What a proof is held against. */
export interface ProofExpectations {
  readonly target: Target | undefined
  /** The access token it came with. */
  readonly token: string
  /** Seconds since 1970. */
  readonly now: number
  /** How far its clock may differ from ours, in seconds. */
  readonly windowSeconds: number
}

/** A proof that holds, but for whether it was used before. */
export interface SoundProof {
  readonly kind: 'sound'
  /** Thumbprint of its key (RFC 7638), base64url. */
  readonly thumbprint: string
  readonly jti: string
  /** Seconds since 1970, by the clock of whoever made it. */
  readonly issuedAt: number
}

type Checked = SoundProof | { readonly kind: 'invalid'; readonly why: InvalidProof }

/** Characters of the header; a proof by a key of RSA-4096 has about 2500. */
const MAX_LENGTH = 4096
const MAX_JTI_LENGTH = 256
/** nginx joins repeated headers with ", ", which no JWS contains. */
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/
/** Members that only a private or a shared key has (RFC 7518 §6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Checks the value of the DPoP header. Throws only what is no verdict on the proof. */
export async function checkProof(header: string | undefined, expected: ProofExpectations): Promise<Checked> {
  if (header === undefined || header === '') return invalid('missing')
  if (header.length > MAX_LENGTH) return invalid('too-long')
  if (!COMPACT_JWS.test(header)) return invalid('form')

  const opened = await open(header)
  if (!opened) return invalid('signature')
  const { typ, jwk } = opened.header
  if (typ !== 'dpop+jwt') return invalid('type')
  if (!jwk || PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return invalid('private-key')

  const { jti, htm, htu, iat, ath } = opened.claims
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) return invalid('claims')
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return invalid('claims')
  if (typeof htm !== 'string' || htm !== expected.target?.method) return invalid('htm')
  if (!isAddress(htu, expected.target.addresses)) return invalid('htu')
  if (ath !== hash('sha256', expected.token, 'base64url')) return invalid('ath')
  if (Math.abs(expected.now - iat) > expected.windowSeconds) return invalid('iat')
  return { kind: 'sound', thumbprint: await calculateJwkThumbprint(jwk), jti, issuedAt: iat }
}

interface Opened {
  readonly header: CompactJWSHeaderParameters
  readonly claims: Readonly<Record<string, unknown>>
}

/** Not jwtVerify: that would judge exp and nbf, and a proof has nothing but iat. */
async function open(proof: string): Promise<Opened | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(proof, EmbeddedJWK, { algorithms: [...PROOF_ALGORITHMS] })
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    return typeof claims === 'object' && claims !== null
      ? { header: protectedHeader, claims: { ...claims } }
      : undefined
  } catch (cause) {
    // Beside jose's own errors: a key that cannot be imported (TypeError, DOMException), text that is no JSON.
    if (cause instanceof errors.JOSEError || cause instanceof TypeError || cause instanceof SyntaxError)
      return undefined
    if (cause instanceof DOMException) return undefined
    throw cause
  }
}

function isAddress(htu: unknown, addresses: readonly string[]): boolean {
  if (typeof htu !== 'string') return false
  const address = normalAddress(htu)
  return address !== undefined && addresses.includes(address)
}

function invalid(why: InvalidProof): Checked {
  return { kind: 'invalid', why }
}
