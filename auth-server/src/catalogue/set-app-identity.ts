// Sets the record of an app, with all that follows from it at once: its redirect URI comes and goes with the record.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { record } from '../audit/record.ts'
import { type Db, inTransaction, type Trx } from '../store/database.ts'
import type { ManagedBy } from '../store/managed-by.ts'
import {
  type AttestationMode,
  confirmIdentity,
  deleteIdentity,
  findIdentity,
  listConfirmedIdentities,
  upsertIdentity,
} from '../store/tables/app-identities.ts'
import { forgetAppLinkCheck } from '../store/tables/application-evidence.ts'
import { addRedirectUri, findApplication, removeRedirectUri } from '../store/tables/applications.ts'
import { type CatalogueActor, ManagedElsewhere, managerOf } from './actor.ts'
import { InvalidIdentity, readIdentity, requireOnPhones, type WrittenIdentity } from './app-identity.ts'
import { claimedRedirectUri, fitsPhones } from './app-links.ts'
import { identityFields } from './application-fields.ts'
import { auditedChange, differenceOf } from './difference.ts'

/**
 * Sets or replaces the record of an application, and registers its link as a redirect URI where the issuer is https. It
 * counts at once if the operator sets it, by the file or a command; otherwise once somebody has confirmed it.
 * @throws {InvalidIdentity} when it cannot be right, or there is no such app.
 * @throws {ManagedElsewhere}
 */
export async function setAppIdentity(
  db: Db | Trx,
  issuer: string,
  clientId: string,
  written: WrittenIdentity & Readonly<{ attestation?: AttestationMode | undefined }>,
  by: CatalogueActor,
): Promise<void> {
  const identity = readIdentity(written)
  return inTransaction(db, async (trx) => {
    const application = await findApplication(trx, clientId)
    if (!application) throw new InvalidIdentity(refusal('no_application', clientId))
    requireManager(clientId, application, by)
    requireOnPhones({ clientId, kind: application.kind })
    const before = await findIdentity(trx, clientId)
    const isConfirmed = by.file !== undefined || by.context.byCommand === true
    await upsertIdentity(trx, application.id, identity, { attestation: written.attestation, isConfirmed })
    await requireFitting(trx)
    if (issuer.startsWith('https:')) await addRedirectUri(trx, application.id, claimedRedirectUri(issuer, clientId))
    const after = { ...identity, attestation: written.attestation ?? before?.attestation ?? 'off' }
    const differences = differenceOf(before ? identityFields(before) : {}, identityFields(after))
    if (differences.length > 0) await forgetAppLinkCheck(trx, application.id)
    const change = auditedChange(differences)
    await record(
      trx,
      { type: 'application', outcome: 'identity-set', applicationId: application.id, change },
      by.context,
    )
  })
}

/** Lets the record of an application count as it is. False where it does already. @throws {InvalidIdentity} where the files have no room for it */
export async function confirmAppIdentity(
  trx: Trx,
  applicationId: string,
  { context }: Pick<CatalogueActor, 'context'>,
): Promise<boolean> {
  if (!(await confirmIdentity(trx, applicationId))) return false
  await requireFitting(trx)
  await record(trx, { type: 'application', outcome: 'identity-confirmed', applicationId }, context)
  return true
}

/** Those that nobody confirmed take no room from others. */
async function requireFitting(trx: Trx): Promise<void> {
  if (!fitsPhones(await listConfirmedIdentities(trx))) throw new InvalidIdentity(refusal('phone_files_full'))
}

/** Takes the record of an application away, and its link. False where there was none. @throws {ManagedElsewhere} */
export function removeAppIdentity(db: Db, issuer: string, clientId: string, by: CatalogueActor): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const application = await findApplication(trx, clientId)
    if (!application) return false
    requireManager(clientId, application, by)
    const before = await findIdentity(trx, clientId)
    if (!before || !(await deleteIdentity(trx, application.id))) return false
    await forgetAppLinkCheck(trx, application.id)
    await removeRedirectUri(trx, application.id, claimedRedirectUri(issuer, clientId))
    const change = auditedChange(differenceOf(identityFields(before), {}))
    await record(
      trx,
      { type: 'application', outcome: 'identity-removed', applicationId: application.id, change },
      by.context,
    )
    return true
  })
}

function requireManager(clientId: string, { managedBy }: Readonly<{ managedBy: ManagedBy }>, by: CatalogueActor): void {
  if (managedBy !== managerOf(by)) throw new ManagedElsewhere(`The application ${clientId}`, by)
}
