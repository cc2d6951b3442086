// How a change of an account begins: with the locks that keep it and a sign-in to it from waiting for each other in a circle.
import { sql } from 'kysely'
import type { Trx } from './database.ts'
import { isOfStandingPerson } from './sql.ts'

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

/** In which session somebody does something. */
export interface HeldSession {
  readonly id: string
  readonly personId: string
}

/** The session has ended, by whoever may end it; undoes the transaction that it is thrown in. */
export class SessionOver extends Error {
  override name = 'SessionOver'
}

/** For what is done as if it had not been asked where the session has ended. */
export function unlessOver(error: unknown): undefined {
  if (!(error instanceof SessionOver)) throw error
}

/**
 * Locks the account of a session that stands. What a form began is done before its session ends, and then known to whoever
 * ends it, or not at all: between the reading of a session and the change lies a hash, or a provider's answer.
 * @throws {SessionOver}
 */
export async function holdSession(trx: Trx, { id, personId }: HeldSession): Promise<void> {
  await lockAccount(trx, personId)
  const { rows } = await sql`
    select from sessions session join people person on ${isOfStandingPerson('session')}
    where session.id = ${id} and session.person_id = ${personId}`.execute(trx)
  if (rows.length === 0) throw new SessionOver()
}
