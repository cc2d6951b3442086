// Which access tokens a backend takes: whose, for what, signed how; with the issuer's keys, which it keeps.
import { namesOf } from '../algorithm.ts'
import { SIGNATURE_ALGORITHMS } from '../key-types.ts'
import { type IssuerKeys, issuerKeys } from './issuer-keys.ts'
import { type NoteProofOnce, proofMemory } from './proof-memory.ts'

/** Proofs of possession (RFC 9449), where a backend takes tokens that are bound to a key. */
export interface ProofOptions {
  /** The address of this backend as its callers know it, e.g. `https://api.example.com`: what they call stands behind it. */
  readonly origin: string
  /** Refuses tokens that are bound to no key. */
  readonly required?: boolean
  /**
   * Notes a proof; false when it was noted before. Where several processes serve one API, let them share it; without it,
   * each process remembers for itself.
   */
  readonly noteOnce?: NoteProofOnce
}

/** What the tokens have to be. */
export interface AccessTokenSettings {
  /** `iss`, byte for byte. */
  readonly issuer: string
  /** `aud`: the address of the API; any of several. */
  readonly audience: string | readonly string[]
  /** Where the issuer publishes its keys: `/jwks` behind the issuer unless told. */
  readonly jwksUri?: string
  /** Signature algorithms: ES256, EdDSA, PS256 and RS256 unless told. Never a MAC, never `none`. */
  readonly algorithms?: readonly string[]
  /** How far clocks may differ: 5 seconds unless told. */
  readonly clockToleranceSeconds?: number
  /** Without it, tokens that are bound to a key are refused: nothing here could tell who holds it. */
  readonly proofs?: ProofOptions
  /** Fetches the keys, in place of the global one. */
  readonly fetch?: typeof fetch
}

/** The settings, checked, with what is kept for them. */
export interface AccessTokenPolicy {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
  readonly clockToleranceSeconds: number
  readonly proofs: Required<ProofOptions> | undefined
  readonly keys: IssuerKeys
}

const ALGORITHMS = ['ES256', 'EdDSA', 'PS256', 'RS256']
const TOLERANCE_SECONDS = 5
/** More would make a short life pointless. */
const MAX_TOLERANCE_SECONDS = 300

/** Made once, when the backend starts. @throws {TypeError} when a setting cannot be meant */
export function accessTokenPolicy(settings: AccessTokenSettings): AccessTokenPolicy {
  const { issuer, audience, algorithms = ALGORITHMS, clockToleranceSeconds = TOLERANCE_SECONDS, proofs } = settings
  const audiences = typeof audience === 'string' ? [audience] : audience
  if (!URL.canParse(issuer)) throw new TypeError('issuer must be the address of the authorization server')
  if (audiences.length === 0 || audiences.includes('')) throw new TypeError('audience must name the API')
  const names = algorithms.flatMap(namesOf)
  const unknown = names.find((name) => !SIGNATURE_ALGORITHMS.includes(name))
  if (names.length === 0 || unknown !== undefined)
    throw new TypeError(`algorithms must be some of ${SIGNATURE_ALGORITHMS.join(', ')}`)
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= MAX_TOLERANCE_SECONDS))
    throw new TypeError(`clockToleranceSeconds must be between 0 and ${MAX_TOLERANCE_SECONDS}`)
  return {
    issuer,
    audiences,
    algorithms: names,
    clockToleranceSeconds,
    proofs: proofs && { required: false, noteOnce: proofMemory(), ...proofs, origin: new URL(proofs.origin).origin },
    keys: issuerKeys(settings.jwksUri ?? `${issuer.replace(/\/$/, '')}/jwks`, settings.fetch),
  }
}
