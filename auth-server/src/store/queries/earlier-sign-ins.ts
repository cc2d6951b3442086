// What is known of a person's sign-ins before this one.
import { sql } from 'kysely'
import type { Db } from '../database.ts'

export interface EarlierSignIns {
  /** The canonical forms of their addresses, the main one first: by these browsers are known. */
  readonly accounts: readonly string[]
  /** Whether there was one at all. */
  readonly hasAny: boolean
}

export async function findEarlierSignIns(db: Db, personId: string): Promise<EarlierSignIns> {
  const { rows } = await sql<EarlierSignIns>`
    select array(select key from email_addresses where person_id = person.id and proof is not null
                 order by is_primary desc, key) as accounts,
           exists (select from audit_events event where event.person = person.pseudonym and type = 'sign-in'
                   and outcome = 'succeeded') as "hasAny"
    from people person where person.id = ${personId}`.execute(db)
  return rows[0] ?? { accounts: [], hasAny: false }
}
