// An identity as it is kept: in whose name space, which subject, and sealed what the provider is told when the link, or a sign-in by it, ends.
import { seal, unseal } from '../../crypto/seal.ts'
import type { KnownSecrets } from '../../crypto/secrets.ts'
import { upstreamTokenOf } from '../../delivery/provider-revocation.ts'
import type { UpstreamSubject } from '../../store/tables/upstream-logins.ts'
import type { UpstreamIdentity } from './provider.ts'

/** What a session keeps, sealed, of how its provider is told that it is over; undefined where it is not to be told. */
export async function keptLogout(
  { issuer, logoutHint }: UpstreamIdentity,
  keyEncryptionKeys: KnownSecrets,
): Promise<string | undefined> {
  if (logoutHint === undefined) return undefined
  return seal(Buffer.from(logoutHint), keyEncryptionKeys, logoutAt(issuer))
}

/** @throws {Error} when it is another provider's */
export async function logoutHintIn(sealed: string, issuer: string, keyEncryptionKeys: KnownSecrets): Promise<string> {
  return Buffer.from(await unseal(sealed, keyEncryptionKeys, logoutAt(issuer))).toString()
}

function logoutAt(issuer: string): string {
  return `logout at ${issuer}`
}

export async function keptSubject(
  { issuer, subject, refreshToken }: UpstreamIdentity,
  keyEncryptionKeys: KnownSecrets,
): Promise<UpstreamSubject> {
  if (refreshToken === undefined) return { issuer, subject }
  return {
    issuer,
    subject,
    sealedToken: await seal(Buffer.from(refreshToken), keyEncryptionKeys, upstreamTokenOf(issuer)),
  }
}
