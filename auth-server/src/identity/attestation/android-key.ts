// Android key attestation: the certificate of the device's own key says where it lives, who made it and for which challenge.
import { createPublicKey } from 'node:crypto'
import type { AndroidIdentity } from '../../store/tables/app-identities.ts'
import { type Asn1, loadAsn1 } from './asn1.ts'
import { type Attestation, type AttestationTrust, demand, type ExpectedAttestation, judge } from './attestation.ts'
import { followChain, readCertificate } from './certificates.ts'

/** Of a true chain: a leaf, up to four others, the root. */
const MAX_CERTIFICATES = 6
const MAX_BYTES = 16 * 1024

type KeyDescription = ReturnType<Asn1['keyDescription']>

// As https://source.android.com/docs/security/features/keystore/attestation names them.
const TRUSTED_ENVIRONMENT = 1
const GENERATED = 0
const SIGN = 2
const VERIFIED = 0

/** @param chain of the key, as KeyStore.getCertificateChain has it: leaf first, in DER */
export async function checkAndroidKey(
  chain: readonly Uint8Array[],
  { identity, challenge, jwk }: ExpectedAttestation,
  trust: AttestationTrust,
): Promise<Attestation> {
  const asn1 = await loadAsn1()
  return judge(() => {
    const bytes = chain.reduce((sum, { length }) => sum + length, 0)
    demand(chain.length >= 2 && chain.length <= MAX_CERTIFICATES && bytes <= MAX_BYTES, 'malformed', 'no such chain')
    const { android } = identity ?? {}
    demand(android !== undefined && android !== null, 'another app', 'the app has no Android package on record')
    // The dates of the leaf are the device's own word, and its clock's.
    const path = followChain(chain.map(readCertificate), trust.androidRoots, { now: trust.now, datedFrom: 1 })
    const [leaf, ...issuers] = path
    demand(leaf !== undefined, 'malformed', 'no leaf')
    for (const { serialNumber } of path)
      demand(!trust.revoked.has(serialOf(serialNumber)), 'revoked', `certificate ${serialNumber} is revoked`)
    // Whoever has an attested key can sign more certificates with it: what they say below such a key is their own word.
    // That also stands in for basicConstraints, which chains of older devices do not all have.
    for (const { raw } of issuers)
      demand(asn1.extensionsOf(raw, asn1.KEY_DESCRIPTION).length === 0, 'unknown root', 'an attested key as issuer')
    const isKey = leaf.publicKey.equals(createPublicKey({ key: { ...jwk }, format: 'jwk' }))
    demand(isKey, 'another key', 'the certificate is of another key')
    const [extension, ...more] = asn1.extensionsOf(leaf.raw, asn1.KEY_DESCRIPTION)
    demand(extension !== undefined && more.length === 0, 'malformed', 'the leaf has no attestation extension')
    const description = asn1.keyDescription(extension)
    const isAsked = Buffer.from(description.attestationChallenge.buffer).equals(Buffer.from(challenge))
    demand(isAsked, 'another challenge', 'the challenge is another')
    requireHardware(description)
    requireApp(asn1, description, android)
  })
}

/** Made there, and for signing, on a device whose system is its maker's. Only what hardware enforces counts. */
function requireHardware({ attestationSecurityLevel, keymasterSecurityLevel, hardwareEnforced }: KeyDescription): void {
  const levels = [attestationSecurityLevel, keymasterSecurityLevel]
  demand(
    levels.every((level) => level >= TRUSTED_ENVIRONMENT),
    'not in hardware',
    `security levels ${levels.join(' and ')}`,
  )
  const origin = hardwareEnforced.findProperty('origin')
  demand(origin === GENERATED, 'not in hardware', `the key was not made there (origin ${origin})`)
  const purposes = [...(hardwareEnforced.findProperty('purpose') ?? [])]
  demand(purposes.includes(SIGN), 'not in hardware', `the key is for ${purposes.join(', ')}`)
  const root = hardwareEnforced.findProperty('rootOfTrust')
  demand(
    root?.deviceLocked === true && root.verifiedBootState === VERIFIED,
    'device not verified',
    `boot state ${root?.verifiedBootState}, locked ${root?.deviceLocked}`,
  )
}

/** Which app it is says the system, which verified boot vouches for; so the system's list has it. */
function requireApp(asn1: Asn1, { softwareEnforced, hardwareEnforced }: KeyDescription, app: AndroidIdentity): void {
  const isForAll = [softwareEnforced, hardwareEnforced].some(
    (list) => list.findProperty('allApplications') !== undefined,
  )
  demand(!isForAll, 'another app', 'the key is for all apps')
  const told = softwareEnforced.findProperty('attestationApplicationId')
  demand(told !== undefined, 'another app', 'no app is named')
  const { packages, digests } = asn1.applicationId(Buffer.from(told.buffer))
  demand(packages.includes(app.packageName), 'another app', `the app is ${packages.join(', ')}`)
  const known = app.digests.map((digest) => digest.replaceAll(':', '').toLowerCase())
  const isSigned = digests.some((digest) => known.includes(digest))
  demand(isSigned, 'another app', `signed by ${digests.join(', ')}`)
}

/** As Google's list of revoked certificates spells them. */
function serialOf(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^0+(?=.)/, '')
}
