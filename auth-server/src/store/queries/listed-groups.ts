// Groups and roles as those who administer them read them.
import { type RawBuilder, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { ManagedBy } from '../managed-by.ts'
import { COUNTS_AS_MEMBER } from '../sql.ts'
import type { PersonRoles } from '../tables/person-roles.ts'
import type { AfterKey } from './listed-people.ts'

export interface ListedGroup {
  readonly name: string
  readonly description: string
  readonly members: number
  readonly managedBy: ManagedBy
}

const COLUMNS = sql`
  known.name, known.description, known.managed_by as "managedBy", (
    select count(distinct person_id)::int from group_members member
    where group_name = known.name and ${COUNTS_AS_MEMBER}) as members`

export async function listGroupsPage(db: Db, { after, limit }: AfterKey): Promise<readonly ListedGroup[]> {
  const { rows } = await sql<ListedGroup>`
    select ${COLUMNS} from groups known where (${after ?? null}::text is null or known.name > ${after ?? null})
    order by known.name limit ${limit}`.execute(db)
  return rows
}

/** One group; undefined where there is none of this name. */
export function readGroup(db: Db, name: string): Promise<ListedGroup | undefined> {
  return readOne(db, name, sql``)
}

/** The same, for whoever is about to change it. */
export function lockGroup(trx: Trx, name: string): Promise<ListedGroup | undefined> {
  return readOne(trx, name, sql`for update of known`)
}

async function readOne(db: Db, name: string, lock: RawBuilder<unknown>): Promise<ListedGroup | undefined> {
  const { rows } = await sql<ListedGroup>`
    select ${COLUMNS} from groups known where known.name = ${name} ${lock}`.execute(db)
  return rows[0]
}

/** Who is in a group, by whichever source. */
export async function listMembers(db: Db, group: string, { after, limit }: AfterKey): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct person_id as id from group_members member
    where group_name = ${group} and ${COUNTS_AS_MEMBER} and (${after ?? null}::text is null or person_id > ${after ?? null})
    order by 1 limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** The groups of a person, by each source. */
export async function listGroupsOfPerson(db: Db, personId: string): Promise<{ name: string; source: string }[]> {
  const { rows } = await sql<{ name: string; source: string }>`
    select group_name as name, source from group_members member
    where person_id = ${personId} and ${COUNTS_AS_MEMBER} order by 1, 2`.execute(db)
  return rows
}

/** A role that somebody has. */
export interface ListedRole {
  readonly personId: string
  readonly role: PersonRoles['role']
  readonly apiId: string | null
}

/** In the order of people, roles and APIs; `after` names all three, with spaces between. */
export async function listRolesPage(
  db: Db,
  { role, personId }: Readonly<{ role: string | undefined; personId: string | undefined }>,
  { after, limit }: AfterKey,
): Promise<readonly ListedRole[]> {
  const key = sql`person_id || ' ' || role || ' ' || coalesce(api_id, '')`
  const { rows } = await sql<ListedRole>`
    select person_id as "personId", role, api_id as "apiId" from person_roles
    where (${role ?? null}::text is null or role = ${role ?? null})
      and (${personId ?? null}::text is null or person_id = ${personId ?? null})
      and (${after ?? null}::text is null or ${key} > ${after ?? null})
    order by ${key} limit ${limit}`.execute(db)
  return rows
}
