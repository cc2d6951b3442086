// What follows when developers change how their application signs people in: trust is taken back, and its owners hear of it.
import { isDeepStrictEqual } from 'node:util'
import { record } from '../audit/record.ts'
import type { Trx } from '../store/database.ts'
import { mailLanguageOf } from '../store/queries/account-changes.ts'
import { listOverseers } from '../store/queries/approval-recipients.ts'
import type { ListedApplication } from '../store/queries/listed-applications.ts'
import { queueMail } from '../store/tables/queued-mails.ts'
import { takeTrust } from '../store/tables/subscriptions.ts'
import type { CatalogueActor } from './actor.ts'
import { redirectHost } from './redirect-uri.ts'
import { shownName } from './shown-name.ts'

/** By these somebody could have the answers of other people's sign-ins, or news of them. */
const FIELDS = [
  'redirectUris',
  'authMethod',
  'jwks',
  'grantTypes',
  'postLogoutRedirectUris',
  'backchannelLogoutUri',
] as const
type Ways = Pick<ListedApplication, (typeof FIELDS)[number]>

export function changesSignIn(before: Ways, after: Ways): boolean {
  return FIELDS.some((field) => !isDeepStrictEqual(before[field], after[field]))
}

/** Their hosts or schemes: no mail has a link but to this server. */
function placesOf(uris: readonly string[]): readonly string[] {
  return [...new Set(uris.map(redirectHost))]
}

/** @param keepsTrust whoever did it could make the application trusted anyway */
export async function followSignInChange(
  trx: Trx,
  before: ListedApplication,
  after: ListedApplication,
  { by, keepsTrust }: Readonly<{ by: CatalogueActor; keepsTrust: boolean }>,
): Promise<void> {
  const { id: applicationId } = after
  const apis = keepsTrust ? [] : await takeTrust(trx, applicationId)
  const change = { before: ['trusted: true'], after: ['trusted: false'] }
  for (const apiId of apis)
    await record(trx, { type: 'subscription', outcome: 'changed', applicationId, apiId, change }, by.context)
  const added = placesOf(after.redirectUris.filter((uri) => !before.redirectUris.includes(uri)))
  const removed = placesOf(before.redirectUris.filter((uri) => !after.redirectUris.includes(uri)))
  const tookTrust = apis.length > 0
  if (!tookTrust && added.length === 0 && removed.length === 0) return
  const app = shownName(after, after.redirectUris)
  const except = by.context.actorId ?? null
  for (const { address, key, language } of await listOverseers(trx, applicationId, {
    except,
    withAdministrators: tookTrust,
  })) {
    const mail = { name: 'sign-in-changed', facts: { app, added, removed, tookTrust } } as const
    await queueMail(trx, { mail, language: mailLanguageOf(language), to: { address, key } })
  }
}
