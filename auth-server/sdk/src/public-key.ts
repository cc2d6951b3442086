// Keys of others: how much work one may ask of whoever verifies with it. Pure.
import type { JWK } from 'jose'

/** Bits of an RSA modulus: jose refuses less (RFC 7518 §3.3), and the work grows with the square. */
const MIN_MODULUS_BITS = 2048
const MAX_MODULUS_BITS = 4096
/** Bits of an RSA exponent. Nearly every key has 65537; the work grows with the length. */
const MAX_EXPONENT_BITS = 32

/** Members that only a private or a shared key has (RFC 7518 §6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Whether a key holds what nobody but its owner should have. */
export function holdsPrivatePart(jwk: JWK): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))
}

/**
 * Whether a public key of somebody else may be worked with: an RSA key whose exponent is as long as its modulus makes
 * one verification cost a hundred ordinary ones. Keys on curves have one size, which their algorithm says.
 */
export function isModestKey({ kty, n, e }: JWK): boolean {
  if (kty !== 'RSA') return true
  const modulus = bitsOf(n)
  const exponent = bitsOf(e)
  return modulus >= MIN_MODULUS_BITS && modulus <= MAX_MODULUS_BITS && exponent >= 2 && exponent <= MAX_EXPONENT_BITS
}

/** Bits of an unsigned number in base64url; leading zeros, which a careless or cunning writer adds, do not count. */
function bitsOf(number: unknown): number {
  if (typeof number !== 'string') return 0
  const bytes = Buffer.from(number, 'base64url')
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24
}
