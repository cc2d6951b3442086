// The record of an app as a developer writes it down: what of it is taken, and what is wrong with the rest. Pure.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
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
  if (!android && !apple) throw new InvalidIdentity(refusal('android_or_apple'))
  return { android, apple, passkeys }
}

/** An application that phones can know. @throws {InvalidIdentity} */
export function requireOnPhones({ clientId, kind }: Readonly<{ clientId: string; kind: ApplicationKind }>): void {
  if (kind !== 'native') throw new InvalidIdentity(refusal('not_on_phones', clientId, kind))
  if (!isLinkable(clientId)) throw new InvalidIdentity(refusal('client_id_in_link'))
}

function readAndroid(packageName: string | undefined, digests: readonly string[]): AndroidIdentity | null {
  if (packageName === undefined && digests.length === 0) return null
  if (packageName === undefined) throw new InvalidIdentity(refusal('digest_without_package'))
  if (!PACKAGE.test(packageName) || packageName.length > MAX_NAME) throw new InvalidIdentity(refusal('android_package'))
  if (digests.length === 0) throw new InvalidIdentity(refusal('android_digests'))
  const read = [...new Set(digests.map(readDigest))]
  if (read.length > MAX_DIGESTS) throw new InvalidIdentity(refusal('too_many_digests', MAX_DIGESTS))
  return { packageName, digests: read }
}

function readApple(team: string | undefined, bundle: string | undefined): AppleIdentity | null {
  if (team === undefined && bundle === undefined) return null
  if (team === undefined || bundle === undefined) throw new InvalidIdentity(refusal('apple_team_and_bundle'))
  if (!TEAM.test(team)) throw new InvalidIdentity(refusal('apple_team'))
  if (!BUNDLE.test(bundle) || bundle.length > MAX_NAME) throw new InvalidIdentity(refusal('apple_bundle'))
  return { team, bundle }
}

const SHA_256_BYTES = 32
const SHA_1_BYTES = 20

/** The one spelling that is kept: as Google Play and keytool show it. */
function readDigest(text: string): string {
  const bytes = bytesOf(text.trim())
  if (bytes?.length === SHA_1_BYTES) throw new InvalidIdentity(refusal('digest_sha1'))
  if (bytes?.length !== SHA_256_BYTES) throw new InvalidIdentity(refusal('digest'))
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
