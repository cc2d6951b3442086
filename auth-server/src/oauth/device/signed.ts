// What a device's key signs: a JWT with the public key in its header, for this server. One reading of it for every use.
import { keyTypeOf } from '@mobile-api-gateway/sdk/key-types.ts'
import { openSelfSigned, type SelfSigned, type UnsoundSignature } from '@mobile-api-gateway/sdk/self-signed.ts'
import { calculateJwkThumbprint } from 'jose'

/** What the key says of itself, and the key: without what no public key has, in the one spelling that it has. */
export interface DeviceSigned extends Pick<SelfSigned, 'claims'> {
  readonly jkt: string
  readonly publicJwk: Readonly<Record<string, string>>
}

/** What is wrong with one, worded to follow its name. */
const UNSOUND: Readonly<Record<UnsoundSignature, string>> = {
  'too-long': 'is too long',
  form: 'is not a JWT',
  signature: 'is not signed by the public key in its header (jwk), by one of the algorithms of DPoP proofs',
  type: 'has another typ',
  'private-key': 'shows a private key; jwk is the public key alone, and a private key that was sent anywhere is spent',
  key: 'has a key of unusual size; RSA keys have 2048 to 4096 bits and a short exponent',
}

const BASE64URL = /^[\w-]{1,1024}$/

/** Reads one of this `typ`; a sentence on what is wrong otherwise. */
export async function readDeviceSigned(text: string, type: string): Promise<DeviceSigned | string> {
  const signed = await openSelfSigned(text, type)
  if (signed.kind === 'unsound') return UNSOUND[signed.why]
  const { jwk, claims } = signed
  const members = Object.entries(jwk).filter(([name]) => name === 'kty' || keyTypeOf(jwk)?.members.includes(name))
  const publicJwk = Object.fromEntries(
    members.flatMap(([name, value]) => (typeof value === 'string' && isPlain(name, value) ? [[name, value]] : [])),
  )
  if (Object.keys(publicJwk).length !== members.length) return UNSOUND.signature
  return { claims, publicJwk, jkt: await calculateJwkThumbprint(publicJwk) }
}

/** One key has one spelling: a second one would be another thumbprint, and another guest. */
function isPlain(name: string, value: string): boolean {
  if (name === 'kty' || name === 'crv') return true
  return BASE64URL.test(value) && Buffer.from(value, 'base64url').toString('base64url') === value
}
