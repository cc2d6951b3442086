// Signs the tokens of this server (RFC 7519 §7.1).
import type { ToSign } from './signature.ts'
import { signature } from './signing-work.ts'

/** A private key, and how it signs. */
export interface JwtSigner extends Omit<ToSign, 'input'> {
  readonly kid: string
}

/** @param typ what kind of token it is (RFC 8725 §3.11). @returns the compact JWT */
export async function signJwt(
  { kid, alg, privateKey }: JwtSigner,
  typ: string,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const input = `${encode({ alg, typ, kid })}.${encode(claims)}`
  return `${input}.${await signature({ alg, privateKey, input })}`
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
