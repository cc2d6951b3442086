// The algorithms of our signatures: one table for minting, discovery and what a client may choose.

/** ES256 signs unless a client chose otherwise; RS256 has to exist (RFC 9068 §2.1, OpenID Connect Core §15.1). */
export const SIGNING_ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

export function isSigningAlgorithm(alg: string): alg is SigningAlgorithm {
  return SIGNING_ALGORITHMS.some((known) => known === alg)
}
