// An attestation as an app sends it: which kind it says it is, and its bytes in base64 or base64url.
import { checkAndroidKey } from './android-key.ts'
import { checkAppAttest, clientDataHash } from './app-attest.ts'
import type { Attestation, AttestationTrust, ExpectedAttestation } from './attestation.ts'

type Check = (parts: readonly Buffer[], expected: ExpectedAttestation, trust: AttestationTrust) => Promise<Attestation>

/** By the name of each kind on the wire. */
const KINDS = {
  'app-attest': async ([object, ...more], expected, trust) =>
    object === undefined || more.length > 0
      ? malformed('one attestation object')
      : checkAppAttest(object, { identity: expected.identity, clientDataHash: clientDataHash(expected) }, trust),
  'android-key': checkAndroidKey,
} as const satisfies Readonly<Record<string, Check>>

export type AttestationKind = keyof typeof KINDS
export const ATTESTATION_KINDS: readonly string[] = Object.keys(KINDS)

/** A true one has less than half of it. */
const MAX_LENGTH = 24 * 1024
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/**
 * Whether an attestation vouches for the key of a device, by certificates alone: nobody is asked.
 * @param kind of the attestation, as the app says
 * @param text its bytes: of App Attest the attestation object, of Android each certificate, with a comma between two
 */
export async function checkAttestation(
  { kind, text }: Readonly<{ kind: string; text: string }>,
  expected: ExpectedAttestation,
  trust: AttestationTrust,
): Promise<Attestation> {
  if (!isKind(kind)) return malformed(`the kind is one of ${ATTESTATION_KINDS.join(', ')}`)
  if (text.length > MAX_LENGTH) return malformed(`${text.length} characters`)
  const parts = text.split(',')
  if (!parts.every((part) => BASE64.test(part))) return malformed('neither base64 nor base64url')
  const bytes = parts.map((part) => Buffer.from(part, 'base64'))
  return KINDS[kind](bytes, expected, trust)
}

function isKind(kind: string): kind is AttestationKind {
  return Object.hasOwn(KINDS, kind)
}

function malformed(detail: string): Promise<Attestation> {
  return Promise.resolve({ kind: 'refused', because: 'malformed', detail })
}
