// The proof of possession that comes with a bound token: sound, for this token, and made just now (RFC 9449 §4.3). Pure.
import { hash } from 'node:crypto'
import { checkProof, type SoundProof, type Target, UNSOUND_PROOF } from '@mobile-api-gateway/sdk/dpop-proof.ts'

/** Descriptions for the developer of the app: fixed words, ASCII without quotes. */
export const INVALID_PROOF = {
  ...UNSOUND_PROOF,
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

type Judged = SoundProof | { readonly kind: 'invalid'; readonly why: InvalidProof }

/** Judges the value of the DPoP header in everything but whether it was used before. */
export async function judgeProof(header: string | undefined, expected: ProofExpectations): Promise<Judged> {
  const proof = await checkProof(header, expected.target)
  if (proof.kind === 'unsound') return { kind: 'invalid', why: proof.why }
  if (proof.ath !== hash('sha256', expected.token, 'base64url')) return { kind: 'invalid', why: 'ath' }
  if (Math.abs(expected.now - proof.issuedAt) > expected.windowSeconds) return { kind: 'invalid', why: 'iat' }
  return proof
}
