// Who is in which group, by the word of each source on its own.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface GroupMembers {
  person_id: string
  group_name: string
  /** Who says so: `operator`, or an issuer. What one takes back, another may still give. */
  source: Defaulted<string>
  created_at: Defaulted<Date>
}

export const GROUP_MEMBERS: TableDeclaration<GroupMembers> = {
  purpose: 'Who is in which group.',
  lifetime: { kept: 'Until who said so takes it back; goes with the person or the group.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        group_name: 'exported',
        source: 'exported',
        created_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}

/** Who puts people into groups by hand: the operator, or an administrator. */
export const OPERATOR_SOURCE = 'operator'

/** One membership, by the word of one source. */
export interface Membership {
  readonly personId: string
  readonly group: string
  readonly source: string
}

/** Puts a person into a group; false when they are in it by this source, or either is not there. */
export async function insertGroupMember(db: Db, { personId, group, source }: Membership): Promise<boolean> {
  const { rows } = await sql`
    insert into group_members (person_id, group_name, source)
    select person.id, known.name, ${source} from people person, groups known
    where person.id = ${personId} and known.name = ${group}
    on conflict do nothing returning person_id`.execute(db)
  return rows.length === 1
}

/**
 * Takes a person out of a group, as far as this source is concerned; false when it had not put them in. The person's row
 * is locked first, because a trigger writes to it, and deletions go from there.
 */
export async function deleteGroupMember(db: Db, { personId, group, source }: Membership): Promise<boolean> {
  const { rows } = await sql`
    with person as (select id from people where id = ${personId} for no key update)
    delete from group_members member using person
    where member.person_id = person.id and member.group_name = ${group} and member.source = ${source}
    returning member.person_id`.execute(db)
  return rows.length === 1
}

/** By whose word somebody is in groups. */
export type GroupsKey = Pick<Membership, 'personId' | 'source'>

/** The groups of a person by one source. Whoever changes them waits here for others who do. */
export async function lockGroupsOf(trx: Trx, { personId, source }: GroupsKey): Promise<readonly string[]> {
  await sql`select from people where id = ${personId} for no key update`.execute(trx)
  const { rows } = await sql<{ name: string }>`
    select group_name as name from group_members where person_id = ${personId} and source = ${source}
    order by 1`.execute(trx)
  return rows.map(({ name }) => name)
}

/** The issuers by whose word a person is in groups, and none of whose identities is linked to them any more. */
export async function findUnlinkedSources(trx: Trx, personId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ source: string }>`
    select distinct source from group_members member
    where person_id = ${personId} and source <> ${OPERATOR_SOURCE} and not exists (
      select from identities identity
      where identity.person_id = member.person_id and identity.issuer = member.source and identity.removed_at is null)
    order by 1`.execute(trx)
  return rows.map(({ source }) => source)
}

/** Puts a person into these groups and no other, as far as the source is concerned; false when they were so already. */
export async function replaceGroupsOf(
  trx: Trx,
  { personId, source, groups }: GroupsKey & Readonly<{ groups: readonly string[] }>,
): Promise<boolean> {
  const { rows } = await sql`
    with gone as (
      delete from group_members
      where person_id = ${personId} and source = ${source} and group_name <> all(${[...groups]})
      returning person_id
    ), come as (
      insert into group_members (person_id, group_name, source)
      select person.id, known.name, ${source} from people person, groups known
      where person.id = ${personId} and known.name = any(${[...groups]})
      on conflict do nothing returning person_id
    )
    select from gone union all select from come`.execute(trx)
  return rows.length > 0
}
