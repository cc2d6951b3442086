// An identity as it is kept: in whose name space, which subject, and sealed the token that is revoked when the link ends.
import { seal } from '../../crypto/seal.ts'
import { upstreamTokenOf } from '../../delivery/provider-revocation.ts'
import type { UpstreamSubject } from '../../store/tables/upstream-logins.ts'
import type { UpstreamIdentity } from './provider.ts'

export async function keptSubject(
  { issuer, subject, refreshToken }: UpstreamIdentity,
  keyEncryptionKey: string,
): Promise<UpstreamSubject> {
  if (refreshToken === undefined) return { issuer, subject }
  return {
    issuer,
    subject,
    sealedToken: await seal(Buffer.from(refreshToken), keyEncryptionKey, upstreamTokenOf(issuer)),
  }
}
