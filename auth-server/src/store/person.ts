// All that is stored about one person: a copy of it, and its end. What that means for a table stands in its declaration.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db, Trx } from './database.ts'
import {
  type AnyDeclaration,
  type Condition,
  erasuresOf,
  exportsOf,
  type PersonKey,
  type RowsOfPerson,
} from './declaration.ts'
import { listEndReceivers, queueEnds } from './queries/api-events.ts'
import { TABLES } from './tables/index.ts'

export type Declarations = Readonly<Record<string, AnyDeclaration>>

async function findPersonKey(db: Db, personId: string): Promise<PersonKey | undefined> {
  const { rows } = await sql<PersonKey>`
    select person.id as "personId", person.pseudonym, array(
      select spelling from email_addresses email, unnest(array[email.address, email.key]) spelling
      where email.person_id = person.id and email.proof <> 'imported') as emails
    from people person where person.id = ${personId}`.execute(db)
  return rows[0]
}

/** Everybody that the person is: themselves, and the guests who became part of their account. */
async function findPersonKeys(db: Db, personId: string): Promise<readonly PersonKey[]> {
  const { rows } = await sql<{ id: string }>`
    select id from people where id = ${personId} or merged_into = ${personId} order by id = ${personId} desc, id`.execute(
    db,
  )
  const keys: PersonKey[] = []
  for (const { id } of rows) {
    const key = await findPersonKey(db, id)
    if (key) keys.push(key)
  }
  return keys
}

function whereAbout(person: PersonKey, rows: RowsOfPerson): Condition {
  return typeof rows === 'string' ? sql<SqlBool>`${sql.ref(rows)} = ${person.personId}` : rows.where(person)
}

/** What is stored about a person, by table, without secrets. */
export type PersonExport = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

/**
 * Copies all that is stored about a person, and about the guests who became part of their account, as of one moment;
 * undefined when there is no such person.
 */
export function exportPerson(
  db: Db,
  personId: string,
  { tables = TABLES }: Readonly<{ tables?: Declarations }> = {},
): Promise<PersonExport | undefined> {
  const snapshot = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
  return snapshot.execute(async (trx) => {
    const keys = await findPersonKeys(trx, personId)
    if (keys.length === 0) return undefined
    const copy: Record<string, readonly Readonly<Record<string, unknown>>[]> = {}
    for (const [table, declaration] of Object.entries(tables))
      for (const { rows, columns } of exportsOf(declaration)) {
        const names = Object.keys(columns).filter((name) => columns[name] === 'exported')
        const found = await sql<Readonly<Record<string, unknown>>>`
          select ${sql.join(names.map((name) => sql.ref(name)))} from ${sql.table(table)}
          where ${sql.join(
            keys.map((person) => sql`(${whereAbout(person, rows)})`),
            sql` or `,
          )}`.execute(trx)
        copy[table] = [...(copy[table] ?? []), ...found.rows]
      }
    return copy
  })
}

/** How somebody is erased. */
export interface ErasureOptions {
  /** Only if they have asked for it, and their time to change their mind is over. */
  readonly onlyIfDue?: boolean
  /** What belongs to it, in the same transaction, while the person is still there. */
  readonly also?: (trx: Trx) => Promise<void>
  readonly tables?: Declarations
}

/**
 * Forgets a person, all or nothing. Logins end with it, and gateways hear of those as of any other (the triggers behind
 * `revocations` see to that); so do backends that want to. False when there is no such person, or nothing is due.
 */
export async function erasePerson(
  db: Db,
  personId: string,
  { onlyIfDue = false, also = async () => {}, tables = TABLES }: ErasureOptions = {},
): Promise<boolean> {
  try {
    return await db.transaction().execute(async (trx) => {
      const keys = await findPersonKeys(trx, personId)
      if (keys.length === 0 || (onlyIfDue && !(await isDue(trx, personId, sql``)))) return false
      await also(trx)
      const told = await listEndReceivers(
        trx,
        keys.map((key) => key.personId),
      )
      for (const [table, declaration] of Object.entries(tables)) {
        // Who changed their mind meanwhile, did it before this row was ours: then nothing of this has happened.
        if (table === 'people' && onlyIfDue && !(await isDue(trx, personId, sql`for update`))) throw new NotDue()
        for (const person of keys) await eraseRows(trx, table, declaration, person)
      }
      await queueEnds(trx, told)
      return true
    })
  } catch (error) {
    if (error instanceof NotDue) return false
    throw error
  }
}

class NotDue extends Error {}

async function isDue(trx: Trx, personId: string, lock: RawBuilder<unknown>): Promise<boolean> {
  const { rows } = await sql`
    select from people where id = ${personId} and status = 'leaving' and erase_after <= auth_now() ${lock}`.execute(trx)
  return rows.length === 1
}

async function eraseRows(trx: Trx, table: string, declaration: AnyDeclaration, person: PersonKey): Promise<void> {
  for (const erasure of erasuresOf(declaration)) {
    if ('deleted' in erasure) {
      await sql`delete from ${sql.table(table)} where ${whereAbout(person, erasure.deleted)}`.execute(trx)
      continue
    }
    const assignments = Object.entries(erasure.anonymous).map(([column, value]) => sql`${sql.ref(column)} = ${value}`)
    await sql`
      update ${sql.table(table)} set ${sql.join(assignments)} where ${whereAbout(person, erasure.rows)}`.execute(trx)
  }
}
