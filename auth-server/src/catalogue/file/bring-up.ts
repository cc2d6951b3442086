// Brings one application up to the file, with what phones know it by: its link comes and goes with that.
import { isDeepStrictEqual } from 'node:util'
import type { Trx } from '../../store/database.ts'
import { findIdentity } from '../../store/tables/app-identities.ts'
import type { CatalogueActor } from '../actor.ts'
import { readIdentity } from '../app-identity.ts'
import { registerApplication } from '../applications.ts'
import { removeAppIdentity, setAppIdentity } from '../set-app-identity.ts'
import type { FileApplication } from './read-application.ts'

/** Returns the id of the application. */
export async function bringUp(
  trx: Trx,
  issuer: string,
  { definition, identity }: FileApplication,
  by: CatalogueActor,
): Promise<string> {
  const { clientId } = definition
  const stored = await findIdentity(trx, clientId)
  if (stored && !identity) await removeAppIdentity(trx, issuer, clientId, by)
  const applicationId = await registerApplication(trx, definition, issuer, by)
  if (!identity) return applicationId
  const wanted = { ...readIdentity(identity), attestation: identity.attestation, isConfirmed: true }
  if (!isDeepStrictEqual(wanted, stored)) await setAppIdentity(trx, issuer, clientId, identity, by)
  return applicationId
}
