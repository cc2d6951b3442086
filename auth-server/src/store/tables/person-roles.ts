// Who may act as more than themselves: developers, approvers of an API, administrators.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import type { ManagedBy } from '../managed-by.ts'
import { EVERYBODY } from './role-promises.ts'

export interface PersonRoles {
  person_id: string
  role: 'developer' | 'approver' | 'administrator'
  /** Of an approver. */
  api_id: string | null
  created_at: Defaulted<Date>
  managed_by: Defaulted<ManagedBy>
}

export const PERSON_ROLES: TableDeclaration<PersonRoles> = {
  purpose: 'Who may act as more than themselves: developers, approvers of an API, administrators.',
  lifetime: { kept: 'Until the role is taken away; goes with the person, or with the API.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        role: 'exported',
        api_id: 'exported',
        created_at: 'exported',
        managed_by: 'internal',
      },
    },
    erased: { cascade: 'people' },
  },
}

/** A role as it is given to somebody. */
export interface GivenRole {
  readonly personId: string
  readonly role: PersonRoles['role']
  /** Of an approver; null for the others. */
  readonly apiId: string | null
}

/** Whether somebody who is active has the role. @param wanted with no `apiId`: of whichever API */
export async function hasRole(
  db: Db,
  { personId, role, apiId }: Omit<GivenRole, 'apiId'> & Readonly<{ apiId: string | null | undefined }>,
): Promise<boolean> {
  const { rows } = await sql`
    select from person_roles given join people person on person.id = given.person_id and person.status = 'active'
    where given.person_id = ${personId} and given.role = ${role}
      and (${apiId === undefined} or given.api_id is not distinct from ${apiId ?? null}) limit 1`.execute(db)
  return rows.length > 0
}

/** Whether somebody may act as more than themselves, in whichever role. */
export async function hasAnyRole(db: Db, personId: string): Promise<boolean> {
  const { rows } = await sql`select from person_roles where person_id = ${personId} limit 1`.execute(db)
  return rows.length > 0
}

/** Whether somebody has the role, active or not. */
export async function isRoleGiven(db: Db, { personId, role, apiId }: GivenRole): Promise<boolean> {
  const { rows } = await sql`
    select from person_roles
    where person_id = ${personId} and role = ${role} and api_id is not distinct from ${apiId}`.execute(db)
  return rows.length > 0
}

/** Gives a role; false when they have it, or there is no such account or API. A guest, who cannot sign in, has none. */
export async function insertRole(trx: Trx, { personId, role, apiId }: GivenRole): Promise<boolean> {
  const { rows } = await sql`
    insert into person_roles (person_id, role, api_id)
    select id, ${role}, ${apiId} from people
    where id = ${personId} and kind = 'member' and (${apiId}::text is null or exists (select from apis where id = ${apiId}))
    on conflict do nothing returning role`.execute(trx)
  return rows.length === 1
}

/** Makes somebody a developer who asks for it, where everybody may be one; false where not, or they are one. */
export async function insertOpenRole(trx: Trx, personId: string): Promise<boolean> {
  const { rows } = await sql`
    insert into person_roles (person_id, role)
    select id, 'developer' from people
    where id = ${personId} and kind = 'member' and status = 'active'
      and exists (select from role_promises where role = 'developer' and email_key = ${EVERYBODY})
    on conflict do nothing returning role`.execute(trx)
  return rows.length === 1
}

/** Makes somebody a developer whom an administrator invites, or where everybody may be one. @param invitedBy null: the server */
export async function insertInvitedDeveloper(
  trx: Trx,
  { personId, invitedBy }: Readonly<{ personId: string; invitedBy: string | null }>,
): Promise<boolean> {
  if (invitedBy === null || (await hasRole(trx, { personId: invitedBy, role: 'administrator', apiId: null })))
    return insertRole(trx, { personId, role: 'developer', apiId: null })
  return insertOpenRole(trx, personId)
}

/** Takes a role away, unless the catalogue file gives it; `unchanged` when they do not have it. */
export async function deleteRole(
  trx: Trx,
  { personId, role, apiId }: GivenRole,
): Promise<'done' | 'unchanged' | 'managed by file'> {
  const { rows } = await sql<{ isGone: boolean; managedBy: ManagedBy }>`
    with gone as (
      delete from person_roles
      where person_id = ${personId} and role = ${role} and api_id is not distinct from ${apiId} and managed_by <> 'file'
      returning role
    )
    select managed_by as "managedBy", exists (select from gone) as "isGone" from person_roles
    where person_id = ${personId} and role = ${role} and api_id is not distinct from ${apiId}`.execute(trx)
  const [found] = rows
  if (found?.managedBy === 'file') return 'managed by file'
  return found?.isGone ? 'done' : 'unchanged'
}

/** The administrators who are active. */
export async function listAdministrators(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select person.id from person_roles given join people person on person.id = given.person_id
    where given.role = 'administrator' and person.status = 'active'`.execute(db)
  return rows.map(({ id }) => id)
}

/**
 * The same for one who changes who they are: of two who leave at once, or come first at once, the second waits here and
 * sees what the first has done.
 */
export async function lockAdministrators(trx: Trx): Promise<readonly string[]> {
  await sql`select pg_advisory_xact_lock(hashtext('administrators'))`.execute(trx)
  return listAdministrators(trx)
}

/** Somebody who has a role, with their primary address. */
export interface RoleHolder extends Omit<GivenRole, 'personId'> {
  readonly id: string
  readonly email: string | null
}

/** Who has which role, administrators first. */
export async function listRoles(db: Db): Promise<readonly RoleHolder[]> {
  const { rows } = await sql<RoleHolder>`
    select given.person_id as id, email.address as email, given.role, given.api_id as "apiId"
    from person_roles given left join email_addresses email on email.person_id = given.person_id and email.is_primary
    order by given.role, given.api_id, email.address, id`.execute(db)
  return rows
}
