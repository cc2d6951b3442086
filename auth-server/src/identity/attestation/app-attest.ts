// Apple's App Attest: https://developer.apple.com/documentation/devicecheck/validating-apps-that-connect-to-your-server, step by step.
import { createHash } from 'node:crypto'
import { webauthn } from '../passkeys/webauthn.ts'
import { loadAsn1 } from './asn1.ts'
import { type Attestation, type AttestationTrust, demand, type ExpectedAttestation, judge } from './attestation.ts'
import { followChain, readCertificate } from './certificates.ts'

/** A true one has some 6 KB. */
const MAX_BYTES = 16 * 1024
const NONCE = '1.2.840.113635.100.8.2'
/** SEQUENCE { [1] { OCTET STRING of 32 bytes } }. */
const NONCE_PREFIX = Buffer.from('3024a1220420', 'hex')
const PRODUCTION = Buffer.from('appattest'.padEnd(16, '\0'))
const DEVELOPMENT = Buffer.from('appattestdevelop')

function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/**
 * What the app hands to `attestKey` as `clientDataHash`. App Attest's own key signs no JWT, so it vouches for the device's
 * key by its thumbprint.
 */
export function clientDataHash({
  challenge,
  thumbprint,
}: Pick<ExpectedAttestation, 'challenge' | 'thumbprint'>): Buffer {
  return sha256(`${challenge}.${thumbprint}`)
}

/** @param expected with `clientDataHash`, which for our own apps is what `clientDataHash` says */
export async function checkAppAttest(
  object: Uint8Array,
  expected: Readonly<Pick<ExpectedAttestation, 'identity'> & { clientDataHash: Buffer }>,
  trust: AttestationTrust,
): Promise<Attestation> {
  const [{ isoCBOR }, asn1] = await Promise.all([webauthn(), loadAsn1()])
  return judge(() => {
    const { authData, x5c } = readObject(object, (bytes) => decodeWhole(isoCBOR, bytes))
    const { identity } = expected
    const { apple } = identity ?? {}
    demand(apple != null, 'another app', 'the app has no Apple bundle on record')
    // 1.
    const chain = x5c.map(readCertificate)
    demand(chain.length === 2, 'malformed', `${chain.length} certificates`)
    const [leaf, issuer] = followChain(chain, trust.appleRoots, { now: trust.now, datedFrom: 0 })
    demand(leaf !== undefined && issuer?.ca === true, 'unknown root', 'no intermediate of Apple')
    // 2. to 4.
    const [nonce, ...more] = asn1.extensionsOf(leaf.raw, NONCE)
    const wanted = Buffer.concat([NONCE_PREFIX, sha256(authData, expected.clientDataHash)])
    demand(more.length === 0 && nonce?.equals(wanted) === true, 'another challenge', 'the nonce is another')
    // 5. and 9.: the point itself is what ends the SubjectPublicKeyInfo of a P-256 key.
    const point = leaf.publicKey.export({ format: 'der', type: 'spki' }).subarray(-65)
    const { rpIdHash, counter, aaguid, credentialId } = readAuthenticatorData(authData)
    demand(credentialId.equals(sha256(point)), 'another key', 'the credential is not the certified key')
    // 6. to 8.
    demand(rpIdHash.equals(sha256(`${apple.team}.${apple.bundle}`)), 'another app', 'the app is another')
    demand(counter === 0, 'malformed', `the counter is ${counter}`)
    const isDevelopment = aaguid.equals(DEVELOPMENT)
    demand(isDevelopment || aaguid.equals(PRODUCTION), 'malformed', 'neither development nor production')
    demand(!isDevelopment || trust.allowsDevelopment, 'development build', 'made by a development build')
  })
}

/** The library passes over what comes after, and over a length that is too long; encoded again, both are gone. */
function decodeWhole(
  { decodeFirst, encode }: Awaited<ReturnType<typeof webauthn>>['isoCBOR'],
  bytes: Uint8Array<ArrayBuffer>,
): unknown {
  const decoded = decodeFirst<Parameters<typeof encode>[0]>(bytes)
  demand(Buffer.from(encode(decoded)).equals(bytes), 'malformed', 'not CBOR, or more than one item')
  return decoded
}

function readObject(object: Uint8Array, decode: (bytes: Uint8Array<ArrayBuffer>) => unknown) {
  demand(object.length <= MAX_BYTES, 'malformed', `${object.length} bytes`)
  const decoded = decode(new Uint8Array(object))
  demand(decoded instanceof Map && decoded.get('fmt') === 'apple-appattest', 'malformed', 'no object of App Attest')
  const [authData, statement]: readonly unknown[] = [decoded.get('authData'), decoded.get('attStmt')]
  demand(authData instanceof Uint8Array && statement instanceof Map, 'malformed', 'authData or attStmt is missing')
  const x5c: unknown = statement.get('x5c')
  demand(Array.isArray(x5c), 'malformed', 'x5c is missing')
  const certificates: readonly unknown[] = x5c
  return {
    authData: Buffer.from(authData),
    x5c: certificates.flatMap((der) => (der instanceof Uint8Array ? Buffer.from(der) : [])),
  }
}

/** WebAuthn Level 3 §6.1, as far as App Attest fills it in. */
function readAuthenticatorData(bytes: Buffer) {
  demand(bytes.length >= 55, 'malformed', 'authData is too short')
  const length = bytes.readUInt16BE(53)
  return {
    rpIdHash: bytes.subarray(0, 32),
    counter: bytes.readUInt32BE(33),
    aaguid: bytes.subarray(37, 53),
    credentialId: bytes.subarray(55, 55 + length),
  }
}
