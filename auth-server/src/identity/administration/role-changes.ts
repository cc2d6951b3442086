// An administrator gives roles and takes them away.
import { record } from '../../audit/record.ts'
import { type Db, inTransaction, type Trx } from '../../store/database.ts'
import { mailPerson } from '../../store/queries/mail-person.ts'
import { deleteRole, type GivenRole, insertRole } from '../../store/tables/person-roles.ts'
import type { Role, WantedRole } from '../roles.ts'
import { type Administered, type Authority, isLastAdministrator } from './authority.ts'

/** A role that can be given: nobody is made a person. */
export type GivableRole = WantedRole<Exclude<Role, 'person'>>

/** Who has become an approver or an administrator acts as one after the next sign-in, with a second factor. */
export function giveRole(db: Db, by: Authority, personId: string, role: GivableRole): Promise<Administered> {
  return inTransaction(db, async (trx) => {
    if (!(await insertRole(trx, given(personId, role)))) return 'unchanged'
    await noteRole(trx, by, personId, role, 'given')
    await mailPerson(trx, personId, { name: 'role-given', facts: { role: role.role } })
    return 'done'
  })
}

export function takeRole(db: Db, by: Authority, personId: string, role: GivableRole): Promise<Administered> {
  return inTransaction(db, async (trx) => {
    if (role.role === 'administrator' && (await isLastAdministrator(trx, by, personId))) return 'last administrator'
    const outcome = await deleteRole(trx, given(personId, role))
    if (outcome === 'done') await noteRole(trx, by, personId, role, 'taken')
    return outcome
  })
}

function given(personId: string, role: GivableRole): GivenRole {
  return { personId, role: role.role, apiId: role.role === 'approver' ? role.apiId : null }
}

function noteRole(
  trx: Trx,
  { context }: Pick<Authority, 'context'>,
  personId: string,
  role: GivableRole,
  what: 'given' | 'taken',
): Promise<void> {
  return role.role === 'approver'
    ? record(trx, { type: 'role', outcome: `approver-${what}`, personId, apiId: role.apiId }, context)
    : record(trx, { type: 'role', outcome: `${role.role}-${what}`, personId }, context)
}
