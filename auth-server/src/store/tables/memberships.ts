// Members of APIs that are not open to everybody: people who were invited, or addresses until somebody proves one to be theirs.
import { type ColumnType, type SqlBool, sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, RowsByCondition, TableDeclaration } from '../declaration.ts'
import { allOf, type NamedPerson, namedPerson } from '../sql.ts'
import type { WhoMayCome } from './apis.ts'

export interface Memberships {
  id: Defaulted<string>
  person_id: string | null
  api_id: string
  /** The canonical form of the address (see identity/email.ts) that nobody has proven yet. */
  email_key: string | null
  address: string | null
  /** Of earlier releases; answers stand in registrations now. */
  answers: ColumnType<Readonly<Record<string, unknown>>, string | undefined, string>
  created_at: Defaulted<Date>
}

const OF_PERSON: RowsByCondition = {
  words: 'by `person_id`, and by an address that is proven to be theirs',
  where: ({ personId, emails }) => sql<SqlBool>`(person_id = ${personId} or email_key = any(${[...emails]}::text[]))`,
}

export const MEMBERSHIPS: TableDeclaration<Memberships> = {
  purpose: 'Who is invited to an API that is not open to everybody, by person, or by an address until it is proven.',
  lifetime: { kept: 'Until somebody ends it; goes with the person or the API.' },
  people: {
    exported: {
      rows: OF_PERSON,
      columns: {
        id: 'internal',
        person_id: 'owner',
        api_id: 'exported',
        email_key: 'repeated',
        address: 'exported',
        answers: 'exported',
        created_at: 'exported',
      },
    },
    erased: { deleted: OF_PERSON },
  },
}

/** Somebody who is invited to an API: a person, or whoever proves an address. */
export interface ApiMember {
  readonly id: string
  readonly apiId: string
  readonly personId: string | null
  /** Who that is. */
  readonly person: NamedPerson | null
  readonly address: string | null
  readonly createdAt: Date
}

const COLUMNS = sql`memberships.id, memberships.api_id as "apiId", memberships.person_id as "personId", memberships.address,
  memberships.created_at as "createdAt", ${namedPerson(sql`memberships.person_id`)} as person`

/** Undefined where the person is a member already. */
export async function insertMember(
  trx: Trx,
  { personId, apiId }: Readonly<{ personId: string; apiId: string }>,
): Promise<ApiMember | undefined> {
  const { rows } = await sql<ApiMember>`
    insert into memberships (person_id, api_id) values (${personId}, ${apiId})
    on conflict do nothing returning ${COLUMNS}`.execute(trx)
  return rows[0]
}

/** By an address: of the person who has proven it, or of whoever will. Undefined where they are a member already. */
export async function insertMemberByAddress(
  trx: Trx,
  { key, address, apiId }: Readonly<{ key: string; address: string; apiId: string }>,
): Promise<ApiMember | undefined> {
  const { rows } = await sql<ApiMember>`
    with holder as (select person_id from email_addresses where key = ${key} and proof <> 'imported')
    insert into memberships (person_id, api_id, email_key, address)
    select holder.person_id, ${apiId}, case when holder.person_id is null then ${key}::text end,
           case when holder.person_id is null then ${address}::text end
    from (select (select person_id from holder) as person_id) holder
    on conflict do nothing returning ${COLUMNS}`.execute(trx)
  return rows[0]
}

/** What `insertMember` would have answered of somebody new, of whom nothing is written: neither id nor time tell them apart. */
export async function likeNewMember(
  trx: Trx,
  { apiId, personId, address }: Pick<ApiMember, 'apiId' | 'personId' | 'address'>,
): Promise<ApiMember> {
  const { rows } = await sql<Pick<ApiMember, 'id' | 'createdAt'>>`
    select 'membership_' || replace(gen_random_uuid()::text, '-', '') as id, now() as "createdAt"`.execute(trx)
  const [made] = rows
  if (!made) throw new Error('PostgreSQL has answered no row')
  return { ...made, apiId, personId, person: null, address }
}

/** Ends it, and with it the logins at the API (a trigger sees to that). Undefined where there is none. */
export async function deleteMember(trx: Trx, id: string): Promise<ApiMember | undefined> {
  const { rows } = await sql<ApiMember>`delete from memberships where id = ${id} returning ${COLUMNS}`.execute(trx)
  return rows[0]
}

/** One membership; undefined where there is none. */
export async function findMembership(db: Db, id: string): Promise<ApiMember | undefined> {
  const { rows } = await sql<ApiMember>`select ${COLUMNS} from memberships where id = ${id}`.execute(db)
  return rows[0]
}

/** Whose memberships are listed. */
export interface MemberFilter {
  readonly apiId: string | undefined
  readonly personId: string | undefined
  /** The canonical form of an address: invited, or proven by a member. */
  readonly emailKey: string | undefined
  /** How the name of a member begins. */
  readonly name: string | undefined
}

/** In the order of their ids. */
export async function listMembersOfApis(
  db: Db,
  { apiId, personId, emailKey, name }: MemberFilter,
  { after, limit }: Readonly<{ after: string | undefined; limit: number }>,
): Promise<readonly ApiMember[]> {
  // As in listPeople.
  const end = `${name}\u{10ffff}`
  const conditions = [
    apiId !== undefined && sql`api_id = ${apiId}`,
    personId !== undefined && sql`person_id = ${personId}`,
    // Each half by an index of its own.
    emailKey !== undefined &&
      sql`id in (
        select id from memberships where email_key = ${emailKey}
        union all select proven.id from memberships proven join email_addresses email on email.person_id = proven.person_id
        where email.key = ${emailKey} and email.proof <> 'imported')`,
    name !== undefined &&
      sql`person_id in (
        select id from people where lower(name) ~>=~ lower(${name}::text) and lower(name) ~<~ lower(${end}::text))`,
    after !== undefined && sql`id > ${after}`,
  ]
  const { rows } = await sql<ApiMember>`
    select ${COLUMNS} from memberships where ${allOf(conditions)} order by id limit ${limit}`.execute(db)
  return rows
}

/** Whom an API is for, where it is not for this person; undefined where they may come. */
export async function findClosedTo(
  db: Db,
  { personId, apiId }: Readonly<{ personId: string; apiId: string }>,
): Promise<WhoMayCome | undefined> {
  const { rows } = await sql<{ signUp: WhoMayCome }>`
    select sign_up as "signUp" from apis
    where id = ${apiId} and sign_up is not null and not may_come(${personId}, id)`.execute(db)
  return rows[0]?.signUp
}
