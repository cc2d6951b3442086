// The DPoP proof itself: what can be checked of it without a clock, a database or a secret (RFC 9449 §4.2, §4.3). Pure.
import { type CompactJWSHeaderParameters, calculateJwkThumbprint, compactVerify, EmbeddedJWK } from 'jose'
import { OAuthError } from './errors.ts'

/** Asymmetric only: what `none` or a MAC proves, everybody can prove (§4.3 no. 5). */
export const DPOP_ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519']

/** Characters of the header; an RSA-4096 proof takes about 2500. */
const MAX_LENGTH = 4096
const MAX_JTI_LENGTH = 256
/** One compact JWS; node joins repeated headers by ", ", which no JWS contains. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/
/** Members that only a private or a shared key has (RFC 7518 §6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** What a proof is held against: the request that it came with. */
export type Target = Readonly<{ method: string; uri: URL }>

/** A proof that is sound in everything but its time: signed by the key of `jkt`, for this method and address. */
export type Proof = Readonly<{
  /** Thumbprint of the key (RFC 7638). */
  jkt: string
  jti: string
  /** Unix seconds by the clock of whoever made the proof. */
  issuedAt: number
  nonce: string | undefined
  /** Hash of the access token that the proof goes with. */
  ath: string | undefined
}>

type Claims = Readonly<Record<string, unknown>>

const invalid = (description: string, cause?: unknown): OAuthError =>
  new OAuthError('invalid_dpop_proof', description, { cause })

/** Reads the value of a DPoP header. @throws {OAuthError} invalid_dpop_proof. */
export const verifyProof = async (header: string, target: Target): Promise<Proof> => {
  if (header.length > MAX_LENGTH) throw invalid('the DPoP proof is too long')
  if (!COMPACT.test(header)) throw invalid('send one DPoP header, holding one JWT')
  const { claims, jkt } = await openProof(header)
  const { jti, htm, htu, iat, nonce, ath } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH)
    throw invalid(`jti has to be a text of 1 to ${MAX_JTI_LENGTH} characters`)
  if (htm !== target.method) throw invalid('htm is not the method of this request')
  if (!isAddressOf(htu, target.uri)) throw invalid(`htu is not the address of this endpoint, ${target.uri.href}`)
  if (typeof iat !== 'number') throw invalid('iat has to be a number of seconds')
  return { jkt, jti, issuedAt: iat, nonce: textOrNothing('nonce', nonce), ath: textOrNothing('ath', ath) }
}

// Not jwtVerify: it would judge `exp` and `nbf` by this machine's clock, and no claim of a proof is judged by that.
const openProof = async (proof: string): Promise<Readonly<{ claims: Claims; jkt: string }>> => {
  try {
    const { payload, protectedHeader } = await compactVerify(proof, EmbeddedJWK, { algorithms: DPOP_ALGORITHMS })
    return { claims: parseClaims(payload), jkt: await publicThumbprint(protectedHeader) }
  } catch (error) {
    // Nothing here reads or writes anything, so whatever is thrown speaks of the proof.
    if (error instanceof OAuthError) throw error
    throw invalid('the DPoP proof is not a JWT signed by the public key in its header', error)
  }
}

const publicThumbprint = ({ typ, jwk }: CompactJWSHeaderParameters): Promise<string> => {
  if (typ !== 'dpop+jwt') throw invalid('typ of a DPoP proof has to be dpop+jwt')
  if (!jwk || PRIVATE_MEMBERS.some((member) => member in jwk))
    throw invalid('jwk has to be the public key alone; a private key that was sent anywhere is spent')
  return calculateJwkThumbprint(jwk)
}

const parseClaims = (payload: Uint8Array): Claims => {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    if (typeof claims === 'object' && claims !== null) return { ...claims }
  } catch {
    // Falls through to the one answer below.
  }
  throw invalid('the claims of the DPoP proof are not a JSON object')
}

// §4.3 no. 9: query and fragment do not count; parsing normalizes case, default port and dot segments (RFC 3986 §6.2.2).
const isAddressOf = (htu: unknown, uri: URL): boolean => {
  if (typeof htu !== 'string' || !URL.canParse(htu)) return false
  const { origin, pathname, username, password } = new URL(htu)
  return origin === uri.origin && pathname === uri.pathname && username === '' && password === ''
}

const textOrNothing = (name: string, value: unknown): string | undefined => {
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${name} has to be a text`)
}
