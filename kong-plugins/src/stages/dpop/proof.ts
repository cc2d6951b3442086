// The words for a proof of possession that does not count (RFC 9449 §4.3).
import { UNSOUND_PROOF } from '@mobile-api-gateway/sdk/dpop-proof.ts'

/** Descriptions for the developer of the app: fixed words, ASCII without quotes. */
export const INVALID_PROOF = {
  ...UNSOUND_PROOF,
  ath: 'ath of the DPoP proof is not the hash of the access token',
  iat: 'The DPoP proof was not made just now; compare the clock of the device',
  repeated: 'The DPoP proof has been used before',
} as const

/** Why a proof does not count. */
export type InvalidProof = keyof typeof INVALID_PROOF
