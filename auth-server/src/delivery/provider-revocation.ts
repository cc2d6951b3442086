// Tells an identity provider that somebody's link to it has ended, by the token that was kept with the link (RFC 7009).
import { unseal } from '../crypto/seal.ts'
import type { OutboxEntry } from '../store/tables/outbox.ts'
import type { DeliveryOutcome, DeliveryTools } from './kind.ts'

/** What a sealed token belongs to; not to its person, of whom nothing is left when it is used. */
export function upstreamTokenOf(issuer: string): string {
  return `refresh token of ${issuer}`
}

/** Whatever is wrong there may be right tomorrow: also a provider that has been taken out of the configuration for a while. */
export async function sendProviderRevocation(
  { config, providers }: DeliveryTools,
  { payload: { issuer, sealed } }: OutboxEntry<'provider-revocation'>,
): Promise<DeliveryOutcome> {
  const provider = providers.ofIssuer(issuer)
  const about = { issuer }
  if (!provider?.revoke) return { kind: 'later', because: 'no provider of this issuer is configured', about }
  const token = Buffer.from(await unseal(sealed, config.keyEncryptionKeys, upstreamTokenOf(issuer))).toString()
  try {
    await provider.revoke(token)
    return { kind: 'arrived' }
  } catch (error) {
    return { kind: 'later', because: 'the provider has not taken it', about: { ...about, err: error } }
  }
}
