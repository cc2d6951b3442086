// Phones that attest their keys, with roots of the test's own: chains as Apple's and Android's are, each part of which can be wrong.
import 'reflect-metadata'
import { createHash, X509Certificate as NodeCertificate } from 'node:crypto'
import {
  AttestationApplicationId,
  AttestationPackageInfo,
  IntegerSet,
  id_ce_keyDescription,
  NonStandardAuthorization,
  NonStandardAuthorizationList,
  NonStandardKeyDescription,
  RootOfTrust,
} from '@peculiar/asn1-android'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import { BasicConstraintsExtension, Extension, type X509Certificate, X509CertificateGenerator } from '@peculiar/x509'
import { isoCBOR } from '@simplewebauthn/server/helpers'

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const YEAR_MILLIS = 365 * 24 * 3600 * 1000
/** The moment at which the tests judge. */
export const NOW = new Date('2026-11-28T12:00:00Z')

export type KeyPair = CryptoKeyPair
export function newKeys(): Promise<KeyPair> {
  return crypto.subtle.generateKey(EC, true, ['sign', 'verify'])
}

/** Whoever signs certificates. */
export interface Issuer {
  readonly name: string
  readonly keys: KeyPair
  readonly certificate: X509Certificate
}

/** For how long a certificate counts. */
export interface Validity {
  readonly from?: Date
  readonly until?: Date
}

interface Minted extends Validity {
  readonly name: string
  /** Of somebody else's keys, whose other half stays with them. */
  readonly publicKey?: CryptoKey
  readonly keys?: KeyPair
  readonly isCa?: boolean
  readonly serial?: string
  readonly extensions?: readonly Extension[]
}

/** A certificate by `issuer`; by itself where there is none. */
export async function mint(issuer: Issuer | undefined, minted: Minted): Promise<Issuer> {
  const keys = minted.keys ?? (await newKeys())
  const certificate = await X509CertificateGenerator.create({
    serialNumber: minted.serial ?? Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    subject: `CN=${minted.name}`,
    issuer: `CN=${issuer?.name ?? minted.name}`,
    notBefore: minted.from ?? new Date(NOW.getTime() - YEAR_MILLIS),
    notAfter: minted.until ?? new Date(NOW.getTime() + YEAR_MILLIS),
    publicKey: minted.publicKey ?? keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: EC,
    extensions: [new BasicConstraintsExtension(minted.isCa ?? true), ...(minted.extensions ?? [])],
  })
  return { name: minted.name, keys, certificate }
}

export function derOf({ certificate }: Pick<Issuer, 'certificate'>): Buffer {
  return Buffer.from(certificate.rawData)
}

export function rootOf(issuer: Issuer): NodeCertificate {
  return new NodeCertificate(derOf(issuer))
}

export async function jwkOf({ publicKey }: KeyPair): Promise<Readonly<Record<string, string>>> {
  const { kty = '', crv = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey)
  return { kty, crv, x, y }
}

/** What the certificate of an Android key says; each can be made wrong. */
export interface AndroidClaims {
  readonly challenge: string
  readonly packageName?: string
  /** In hexadecimal digits. */
  readonly digest?: string
  readonly attestationLevel?: number
  readonly keymasterLevel?: number
  readonly origin?: number
  readonly purposes?: readonly number[]
  readonly bootState?: number
  readonly isLocked?: boolean
  readonly rootOfTrustIn?: 'hardware' | 'software' | 'neither'
  readonly appIn?: 'software' | 'hardware'
  readonly isForAll?: boolean
}

export function keyDescription(claims: AndroidClaims): Extension {
  const bytes = (buffer: Buffer) => new OctetString(new Uint8Array(buffer))
  const rootOfTrust = new NonStandardAuthorization({
    rootOfTrust: new RootOfTrust({
      verifiedBootKey: bytes(Buffer.alloc(32)),
      deviceLocked: claims.isLocked ?? true,
      verifiedBootState: claims.bootState ?? 0,
      verifiedBootHash: bytes(Buffer.alloc(32)),
    }),
  })
  const application = new AttestationApplicationId({
    packageInfos: [
      new AttestationPackageInfo({
        packageName: bytes(Buffer.from(claims.packageName ?? 'com.example.shop')),
        version: 7,
      }),
    ],
    signatureDigests: [bytes(Buffer.from(claims.digest ?? 'ab'.repeat(32), 'hex'))],
  })
  const app = new NonStandardAuthorization({
    attestationApplicationId: new OctetString(AsnConvert.serialize(application)),
  })
  const { rootOfTrustIn = 'hardware', appIn = 'software', isForAll = false } = claims
  const description = new NonStandardKeyDescription({
    attestationVersion: 300,
    attestationSecurityLevel: claims.attestationLevel ?? 1,
    keymasterVersion: 300,
    keymasterSecurityLevel: claims.keymasterLevel ?? 1,
    attestationChallenge: bytes(Buffer.from(claims.challenge)),
    uniqueId: bytes(Buffer.alloc(0)),
    softwareEnforced: new NonStandardAuthorizationList([
      ...(isForAll ? [new NonStandardAuthorization({ allApplications: null })] : []),
      ...(rootOfTrustIn === 'software' ? [rootOfTrust] : []),
      ...(appIn === 'software' ? [app] : []),
    ]),
    teeEnforced: new NonStandardAuthorizationList([
      new NonStandardAuthorization({ purpose: new IntegerSet([...(claims.purposes ?? [2])]) }),
      new NonStandardAuthorization({ origin: claims.origin ?? 0 }),
      ...(rootOfTrustIn === 'hardware' ? [rootOfTrust] : []),
      ...(appIn === 'hardware' ? [app] : []),
    ]),
  })
  return new Extension(id_ce_keyDescription, false, AsnConvert.serialize(description))
}

/** What an iPhone says; each can be made wrong. */
export interface AppleClaims {
  readonly clientDataHash: Buffer
  readonly appId?: string
  readonly counter?: number
  readonly aaguid?: string
  readonly credentialId?: Buffer
  readonly format?: string
}

function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  return createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest()
}

/** An attestation object of App Attest by an intermediate of Apple's; `minted` is what its leaf is made of instead. */
export async function appleObject(issuer: Issuer, claims: AppleClaims, minted: Partial<Minted> = {}): Promise<Buffer> {
  const keys = minted.keys ?? (await newKeys())
  const point = Buffer.from(await crypto.subtle.exportKey('raw', keys.publicKey))
  const credentialId = claims.credentialId ?? sha256(point)
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(claims.counter ?? 0)
  const authData = Buffer.concat([
    sha256(claims.appId ?? 'ABCDE12345.com.example.shop'),
    Buffer.from([0x40]),
    counter,
    Buffer.from(claims.aaguid ?? 'appattest'.padEnd(16, '\0')),
    Buffer.from([0, credentialId.length]),
    credentialId,
  ])
  const nonce = Buffer.concat([Buffer.from('3024a1220420', 'hex'), sha256(authData, claims.clientDataHash)])
  const extensions = [new Extension('1.2.840.113635.100.8.2', false, new Uint8Array(nonce))]
  const leaf = await mint(issuer, { name: 'leaf', isCa: false, extensions, ...minted, keys })
  return appleObjectOf(authData, [derOf(leaf), derOf(issuer)], claims.format)
}

export function appleObjectOf(authData: Buffer, x5c: readonly Buffer[], format = 'apple-appattest'): Buffer {
  const bytes = (buffer: Buffer) => new Uint8Array(buffer)
  const statement = new Map([['x5c', x5c.map(bytes)]])
  const object = new Map<string, string | Uint8Array<ArrayBuffer> | typeof statement>([
    ['fmt', format],
    ['attStmt', statement],
    ['authData', bytes(authData)],
  ])
  return Buffer.from(isoCBOR.encode(object))
}
