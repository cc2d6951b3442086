// Certificates and keys of kong.yml: what Kong finds when it puts them to use.
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { REFERENCE } from '../gateway/config/model/record-codes.ts'
import { isRecord } from '../gateway/config/model/source.ts'

type Values = Readonly<Record<string, unknown>>
type Pair = readonly [certificate: unknown, key: unknown]

/** Certificates whose key is another's. @returns the field that is wrong, and how */
export function certificateProblem(values: Values): { readonly field: string; readonly text: string } | undefined {
  const pairs: Readonly<Record<string, Pair>> = {
    key: [values.cert, values.key],
    key_alt: [values.cert_alt, values.key_alt],
  }
  for (const [field, [certificate, key]] of Object.entries(pairs)) {
    if (typeof certificate !== 'string' || typeof key !== 'string') continue
    if (REFERENCE.test(certificate) || REFERENCE.test(key)) continue
    if (!isPair(certificate, key)) return { field, text: `must be the key of ${field.replace('key', 'cert')}` }
  }
  const kinds = [values.cert, values.cert_alt].map(keyType)
  if (kinds[0] !== undefined && kinds[0] === kinds[1]) {
    return { field: 'cert_alt', text: `must have a key of another type than cert, not ${kinds[0]} again` }
  }
  return undefined
}

/** A JSON Web Key that is none, or another's. */
export function jwkProblem({ jwk, kid }: Values): string | undefined {
  if (typeof jwk !== 'string' || REFERENCE.test(jwk)) return undefined
  try {
    const key: unknown = JSON.parse(jwk)
    if (!isRecord(key)) return 'must be a JSON object'
    if (key.kid !== kid) return 'must have the kid of the key'
    createPublicKey({ key, format: 'jwk' })
    return undefined
  } catch {
    return 'must be a JSON Web Key'
  }
}

function isPair(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return true // unreadable, which is said elsewhere
  }
}

function keyType(certificate: unknown): string | undefined {
  try {
    return new X509Certificate(String(certificate)).publicKey.asymmetricKeyType
  } catch {
    return undefined
  }
}
