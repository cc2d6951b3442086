// An application that signs people in needs an address that the answer goes to, before it is let in at an API.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import type { Trx } from '../store/database.ts'
import { isSubscribedWithoutRedirectUri } from '../store/queries/missing-redirects.ts'
import { findRedirectUris } from '../store/queries/scheme-holders.ts'
import { CatalogueConflict } from './refusal.ts'

/** Whether its flow ends at a redirect URI (RFC 6749 §3.1.2.2) and it has none. */
export function lacksRedirectUri({
  grantTypes,
  redirectUris,
}: Readonly<{ grantTypes: readonly string[]; redirectUris: readonly string[] }>): boolean {
  return redirectUris.length === 0 && grantTypes.includes('authorization_code')
}

/** @throws {CatalogueConflict} */
export async function requireRedirectUri(trx: Trx, applicationId: string): Promise<void> {
  const application = await findRedirectUris(trx, applicationId)
  if (application && lacksRedirectUri(application)) throw new CatalogueConflict(refusal('no_redirect_uri'))
}

/** After a change of an application that had one, or needed none. @throws {CatalogueConflict} */
export async function requireRedirectUriLeft(trx: Trx, applicationId: string): Promise<void> {
  if (await isSubscribedWithoutRedirectUri(trx, applicationId))
    throw new CatalogueConflict(refusal('last_redirect_uri'))
}
