// Whose an application is: its owners, and those who work on it with them.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

/** An owner also says who else is one; a collaborator does all the rest. */
export type MemberRole = 'owner' | 'collaborator'

export interface ApplicationMembers {
  application_id: string
  person_id: string
  role: MemberRole
  since: Defaulted<Date>
}

export const APPLICATION_MEMBERS: TableDeclaration<ApplicationMembers> = {
  purpose:
    'Whose an application is: its owners and those who work on it. An application whose last owner is erased stays, without owner.',
  lifetime: { kept: 'Until they are removed or leave; goes with the application, or with the person.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: { application_id: 'exported', person_id: 'owner', role: 'exported', since: 'exported' },
    },
    erased: { cascade: 'people' },
  },
}

/** One of the people of an application. */
export interface ApplicationMember {
  readonly applicationId: string
  readonly personId: string
  readonly role: MemberRole
}

/** Makes somebody one of its people, or an owner of one who is; who is an owner stays one. False where nothing changed. */
export async function putMember(trx: Trx, { applicationId, personId, role }: ApplicationMember): Promise<boolean> {
  const { rows } = await sql`
    insert into application_members (application_id, person_id, role) values (${applicationId}, ${personId}, ${role})
    on conflict (application_id, person_id) do update set role = excluded.role, since = auth_now()
    where application_members.role = 'collaborator' and excluded.role = 'owner'
    returning role`.execute(trx)
  return rows.length === 1
}

/** What somebody is to an application; undefined for a stranger. */
export async function findMemberRole(
  db: Db,
  { applicationId, personId }: Omit<ApplicationMember, 'role'>,
): Promise<MemberRole | undefined> {
  const { rows } = await sql<{ role: MemberRole }>`
    select role from application_members where application_id = ${applicationId} and person_id = ${personId}`.execute(
    db,
  )
  return rows[0]?.role
}

/** Whether nobody who is active would own `application` if this person were not there, and this person does. */
export function isSolelyOwned(personId: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql`exists (
      select from application_members own
      where own.application_id = application.id and own.person_id = ${personId} and own.role = 'owner')
    and not exists (
      select from application_members other join people on people.id = other.person_id
      where other.application_id = application.id and other.role = 'owner' and other.person_id <> ${personId}
        and people.status = 'active')`
}

/** Names of the applications that would be without an owner if somebody were not there. */
export async function listSolelyOwned(db: Db, personId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select application.name from applications application where ${isSolelyOwned(sql`${personId}`)}
    order by application.name`.execute(db)
  return rows.map(({ name }) => name)
}
