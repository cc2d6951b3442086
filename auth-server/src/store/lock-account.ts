// How a change of an account begins: with the locks that keep it and a sign-in to it from waiting for each other in a circle.
import { sql } from 'kysely'
import type { Trx } from './database.ts'

/**
 * Locks the sessions of a person, then their row, in the order of `TABLES`: a sign-in has its session by the time it comes
 * to passkeys, identities and all else of the person. Whoever changes how somebody signs in, or ends their logins, begins
 * so; a session that is opened meanwhile either was before, or is of an epoch that has ended.
 */
export async function lockAccount(trx: Trx, personId: string): Promise<void> {
  await sql`select from sessions where person_id = ${personId} order by id for update`.execute(trx)
  await sql`select from people where id = ${personId} for update`.execute(trx)
}

/** The same for the person of a mail's challenge; undefined when there is no such mail, or it is about nobody. */
export async function lockAccountOf(trx: Trx, challengeId: string): Promise<string | undefined> {
  const { rows } = await sql<{ personId: string | null }>`
    select person_id as "personId" from mail_challenges where id = ${challengeId}`.execute(trx)
  const personId = rows[0]?.personId ?? undefined
  if (personId !== undefined) await lockAccount(trx, personId)
  return personId
}
