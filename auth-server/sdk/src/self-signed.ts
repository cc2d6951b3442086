// A JWT signed by the public key in its own header: its form, its key and its signature. What it says is for others to judge. Pure.
import {
  compactVerify,
  decodeProtectedHeader,
  EmbeddedJWK,
  errors,
  type JWK,
  type ProtectedHeaderParameters,
} from 'jose'
import secureJson from 'secure-json-parse'
import { holdsPrivatePart, isModestKey } from './public-key.ts'

/** Asymmetric only: what `none` or a MAC proves, everybody can prove (RFC 9449 §4.3 no. 5). */
export const PROOF_ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519'] as const

/** What is wrong with one. */
export type UnsoundSignature = 'too-long' | 'form' | 'signature' | 'type' | 'private-key' | 'key'

/** What its key has signed. */
export interface SelfSigned {
  readonly kind: 'signed'
  readonly jwk: JWK
  readonly claims: Readonly<Record<string, unknown>>
}

/** Characters; one by a key of RSA-4096 has about 2500. */
const MAX_LENGTH = 4096
/** Servers join repeated headers with ", ", which no JWS contains. */
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Opens one of this `typ`. Throws only what is no verdict on it. */
export async function openSelfSigned(
  text: string,
  type: string,
): Promise<SelfSigned | Readonly<{ kind: 'unsound'; why: UnsoundSignature }>> {
  if (text.length > MAX_LENGTH) return unsound('too-long')
  if (!COMPACT_JWS.test(text)) return unsound('form')
  const { typ, alg, jwk } = readHeader(text)
  if (typeof jwk !== 'object' || jwk === null || !PROOF_ALGORITHMS.some((known) => known === alg))
    return unsound('signature')
  // Before anything is computed with it: its owner chose it to be as much work as it is.
  if (!isModestKey(jwk)) return unsound('key')
  const claims = await readClaims(text)
  if (claims === undefined) return unsound('signature')
  if (typ !== type) return unsound('type')
  if (holdsPrivatePart(jwk)) return unsound('private-key')
  return { kind: 'signed', jwk, claims }
}

function readHeader(text: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(text)
  } catch {
    return {}
  }
}

/** What it says, if its key signed it. Not jwtVerify: that would judge times by a clock of its own. */
async function readClaims(text: string): Promise<SelfSigned['claims'] | undefined> {
  try {
    const { payload } = await compactVerify(text, EmbeddedJWK, { algorithms: [...PROOF_ALGORITHMS] })
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

function unsound(why: UnsoundSignature) {
  return { kind: 'unsound', why } as const
}
