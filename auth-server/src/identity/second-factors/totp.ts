// Codes of an authenticator app (RFC 6238): a secret of one person, and whether a code is one of it. Pure but for the seal.
import type { TOTP } from 'otpauth'
import { randomSecret } from '../../crypto/random.ts'
import { seal, unseal } from '../../crypto/seal.ts'
import type { KnownSecrets } from '../../crypto/secrets.ts'

/** Of a secret, in bytes (RFC 4226 §4: 20 are recommended). */
const SECRET_BYTES = 20
const PERIOD_SECONDS = 30
/** Steps before and after the present one whose codes count: clocks differ, and typing takes time (RFC 6238 §5.2). */
const WINDOW_STEPS = 1
// Before the library looks: it throws at digits of other scripts.
const CODE = /^[0-9]{6}$/

/** The digits of a code as people type or paste it, in one group or two. */
export function readCode(text: string | undefined): string | undefined {
  const code = (text ?? '').replace(/[\s-]/g, '')
  return CODE.test(code) ? code : undefined
}

export function newTotpSecret(): Uint8Array {
  return Buffer.from(randomSecret(SECRET_BYTES), 'base64url')
}

/** @param id of the authenticator, which the secret cannot be moved away from */
export async function sealTotpSecret(plain: Uint8Array, keyEncryptionKeys: KnownSecrets, id: string): Promise<Buffer> {
  return Buffer.from(await seal(plain, keyEncryptionKeys, id))
}

/** @throws {Error} when it was sealed with another key, or of another authenticator. */
export function openTotpSecret(sealed: Buffer, keyEncryptionKeys: KnownSecrets, id: string): Promise<Uint8Array> {
  return unseal(sealed.toString(), keyEncryptionKeys, id)
}

// Loaded when the first person needs it: most servers start without.
async function totpOf(secret: Uint8Array, labels: Readonly<{ issuer?: string; label?: string }> = {}): Promise<TOTP> {
  const { Secret, TOTP } = await import('otpauth')
  const bytes = new Secret({ buffer: Uint8Array.from(secret).buffer })
  return new TOTP({ ...labels, secret: bytes, algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS })
}

/** What an app is given: the address in a QR code, and the secret for those who type. */
export interface TotpInvitation {
  readonly uri: string
  /** Base32, in groups of four. */
  readonly secret: string
}

/** @param issuer whose account it is; @param account what the account is called, in the app */
export async function inviteApp(
  secret: Uint8Array,
  { issuer, account }: Readonly<{ issuer: string; account: string }>,
): Promise<TotpInvitation> {
  const totp = await totpOf(secret, { issuer: issuer.replaceAll(':', ' '), label: account.replaceAll(':', ' ') })
  return { uri: totp.toString(), secret: totp.secret.base32.replace(/(.{4})(?=.)/g, '$1 ') }
}

/**
 * The time step that a code is of, near `now`; undefined when it is none. A step counts once (RFC 6238 §5.2), so whoever
 * accepts the code stores it.
 * @param now Unix seconds by the database's clock
 */
export async function stepOfCode(secret: Uint8Array, code: string, now: number): Promise<number | undefined> {
  const totp = await totpOf(secret)
  const delta = totp.validate({ token: code, timestamp: now * 1000, window: WINDOW_STEPS })
  return delta === null ? undefined : Math.floor(now / PERIOD_SECONDS) + delta
}
