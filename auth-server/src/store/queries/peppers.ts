// Which pepper passwords are kept with, as operators ask who replace one.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { StoredPassword } from '../tables/passwords.ts'

/** Passwords from before there were ids get that of the only pepper that there is; one that is chosen meanwhile has its own. */
export async function noteFirstPepper(db: Db, pepperId: string): Promise<number> {
  const { numAffectedRows } = await sql`
    update passwords set pepper_id = ${pepperId}
    where pepper_id is null and person_id in (select person_id from passwords where pepper_id is null limit 10000)`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0n)
}

/** Imported passwords that are sealed with another pepper than this one, in portions, in the order of their people. */
export async function listImportedOfOthers(
  db: Db,
  pepperId: string,
  { after, most }: Readonly<{ after: string; most: number }>,
): Promise<readonly (StoredPassword & Readonly<{ personId: string }>)[]> {
  const { rows } = await sql<StoredPassword & { personId: string }>`
    select person_id as "personId", hash, pepper_id as "pepperId" from passwords
    where hash like 'imported:%' and pepper_id is distinct from ${pepperId} and person_id > ${after}
    order by person_id limit ${most}`.execute(db)
  return rows
}

/** How many passwords are kept with any other pepper than this one: by what an index has on either side of it. */
export async function countPasswordsOfOthers(db: Db, pepperId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from passwords where pepper_id < ${pepperId})::int
         + (select count(*) from passwords where pepper_id > ${pepperId})::int
         + (select count(*) from passwords where pepper_id is null)::int as count`.execute(db)
  return rows[0]?.count ?? 0
}
