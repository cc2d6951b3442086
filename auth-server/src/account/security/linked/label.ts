// What a linked account is called: as the operator calls its provider, or where none is configured any more, by the provider's host.
import type { Providers } from '../../../identity/federation/providers.ts'
import type { OwnIdentity } from '../../../store/tables/identities.ts'

export function labelOf(providers: Providers, { issuer }: Pick<OwnIdentity, 'issuer'>): string {
  return providers.labelOf(issuer) ?? (URL.parse(issuer)?.hostname || issuer)
}
