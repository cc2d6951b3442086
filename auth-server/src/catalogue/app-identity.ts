// The record of an app as a developer writes it down: what of it is taken, and what is wrong with the rest. Pure.
import type { AndroidIdentity, AppIdentity, AppleIdentity } from '../store/tables/app-identities.ts'
import type { ApplicationKind } from '../store/tables/applications.ts'
import { isLinkable } from './app-links.ts'
import { CatalogueRefusal } from './refusal.ts'

/** As it comes from a command line or a form. */
export interface WrittenIdentity {
  readonly androidPackage?: string | undefined
  /** Each in hexadecimal digits, with or without colons, or in base64. */
  readonly androidDigests?: readonly string[] | undefined
  readonly appleTeam?: string | undefined
  readonly appleBundle?: string | undefined
  /** Whether the app itself may ask for passkeys; yes unless told. */
  readonly passkeys?: boolean | undefined
}

/** Thrown for a record that cannot be right; the message says what to write instead. */
export class InvalidIdentity extends CatalogueRefusal {
  override name = 'InvalidIdentity'
}

/** An upload key, a signing key, a debug key, and each of them before and after a rotation. */
const MAX_DIGESTS = 10
/** https://developer.android.com/build/configure-app-module#set-application-id */
const PACKAGE = /^[a-zA-Z]\w*(?:\.[a-zA-Z]\w*)+$/
const MAX_NAME = 200
const TEAM = /^[A-Z0-9]{10}$/
const BUNDLE = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/

/** @throws {InvalidIdentity} */
export function readIdentity(written: WrittenIdentity): AppIdentity {
  const { androidPackage, androidDigests = [], appleTeam, appleBundle, passkeys = true } = written
  const android = readAndroid(androidPackage, androidDigests)
  const apple = readApple(appleTeam, appleBundle)
  if (!android && !apple) throw new InvalidIdentity('Name the app on Android, on Apple devices, or on both.')
  return { android, apple, passkeys }
}

/** An application that phones can know. @throws {InvalidIdentity} */
export function requireOnPhones({ clientId, kind }: Readonly<{ clientId: string; kind: ApplicationKind }>): void {
  if (kind !== 'native')
    throw new InvalidIdentity(`${clientId} runs on no phone: it was registered as ${kind}, not as native.`)
  if (!isLinkable(clientId))
    throw new InvalidIdentity(
      'Its client ID would have to stand in a link, where it means another place. Register the app under another one.',
    )
}

function readAndroid(packageName: string | undefined, digests: readonly string[]): AndroidIdentity | null {
  if (packageName === undefined && digests.length === 0) return null
  if (packageName === undefined) throw new InvalidIdentity('The digest of a certificate goes with an Android package.')
  if (!PACKAGE.test(packageName) || packageName.length > MAX_NAME)
    throw new InvalidIdentity('An Android package is the applicationId of the app, like com.example.shop.')
  if (digests.length === 0)
    throw new InvalidIdentity(
      'An Android package needs the SHA-256 digest of each certificate that the app is signed with.',
    )
  const read = [...new Set(digests.map(readDigest))]
  if (read.length > MAX_DIGESTS) throw new InvalidIdentity(`An app has ${MAX_DIGESTS} certificates at most.`)
  return { packageName, digests: read }
}

function readApple(team: string | undefined, bundle: string | undefined): AppleIdentity | null {
  if (team === undefined && bundle === undefined) return null
  if (team === undefined || bundle === undefined)
    throw new InvalidIdentity('An Apple app is named by its team and its bundle, both.')
  if (!TEAM.test(team))
    throw new InvalidIdentity('An Apple team ID has ten capital letters and digits, like ABCDE12345.')
  if (!BUNDLE.test(bundle) || bundle.length > MAX_NAME)
    throw new InvalidIdentity('An Apple bundle ID is written out, without a wildcard, like com.example.shop.')
  return { team, bundle }
}

const SHA_256_BYTES = 32
const SHA_1_BYTES = 20

/** The one spelling that is kept: as Google Play and keytool show it. */
function readDigest(text: string): string {
  const bytes = bytesOf(text.trim())
  if (bytes?.length === SHA_1_BYTES)
    throw new InvalidIdentity('That is a SHA-1 digest; take the one that is named SHA-256.')
  if (bytes?.length !== SHA_256_BYTES)
    throw new InvalidIdentity(
      'The digest of a certificate is its SHA-256: 64 hexadecimal digits, with or without colons, or 32 bytes in base64.',
    )
  return withColons(bytes)
}

function bytesOf(text: string): Buffer | undefined {
  if (/^(?:[0-9a-f]{2}:?)+$/i.test(text) && !text.endsWith(':')) {
    const digits = text.replaceAll(':', '')
    if (digits.length === 2 * SHA_256_BYTES || digits.length === 2 * SHA_1_BYTES) return Buffer.from(digits, 'hex')
  }
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined
  return Buffer.from(text, 'base64')
}

/** Bytes as `AA:BB:…`. */
function withColons(bytes: Buffer): string {
  return (bytes.toString('hex').toUpperCase().match(/../g) ?? []).join(':')
}
