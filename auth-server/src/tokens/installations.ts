// "My devices": each family of refresh tokens is one installation of an app, which its person can see, name and end.
import { type AuditContext, isBySomebodyElse, WITHOUT_REQUEST } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { oneLine } from '../http/one-line.ts'
import { type Db, inTransaction, type Trx } from '../store/database.ts'
import * as store from '../store/queries/installations.ts'

export { type Installation, listInstallations } from '../store/queries/installations.ts'

const ID = /^grant_[\w-]{22}$/
/** Characters of the name of an installation. */
export const MAX_INSTALLATION_NAME = 60

interface Own {
  readonly personId: string
  readonly id: string
}

/** Names an installation. Someone else's, an ended one and one that never was are all not found. */
export async function renameInstallation(
  db: Db,
  { personId, id, name }: Own & Readonly<{ name: string }>,
): Promise<'renamed' | 'bad name' | 'not found'> {
  const plain = oneLine(name, MAX_INSTALLATION_NAME)
  if (plain === undefined) return 'bad name'
  return ID.test(id) && (await store.nameInstallation(db, { personId, id }, plain)) ? 'renamed' : 'not found'
}

/** Signs one installation out; false when this person has no such one. */
export function revokeInstallation(
  db: Db | Trx,
  { personId, id }: Own,
  context: AuditContext = WITHOUT_REQUEST,
): Promise<boolean> {
  if (!ID.test(id)) return Promise.resolve(false)
  const isByPerson = !isBySomebodyElse(context)
  const because = isByPerson ? 'revoked by the person' : 'revoked by an administrator'
  return inTransaction(db, async (trx) => {
    const applicationId = await store.endInstallation(trx, { personId, id }, because)
    if (applicationId === undefined) return false
    const outcome = isByPerson ? 'by-person' : 'by-administrator'
    await record(trx, { type: 'revocation', outcome, personId, applicationId }, context)
    return true
  })
}

/** Ends every login in an application, of all people. Returns how many. */
export function revokeApplication(db: Db | Trx, applicationId: string, context: AuditContext): Promise<number> {
  return inTransaction(db, async (trx) => {
    const ended = await store.endInstallations(trx, { applicationId }, 'revoked by an administrator')
    await record(trx, { type: 'revocation', outcome: 'of-application', applicationId }, context)
    return ended
  })
}
