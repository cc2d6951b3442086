// By what a person signs in, and where they are signed in, as an administrator reads it: nothing of it opens anything.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { IS_FACTOR_IN_FORCE, isOfStandingPerson } from '../sql.ts'
import type { AfterKey } from './listed-people.ts'

export interface PersonCredentials {
  /** When it was chosen; null where there is none. */
  readonly passwordSince: Date | null
  readonly needsNewPassword: boolean
  readonly factors: readonly Readonly<{
    kind: 'passkey' | 'totp'
    name: string | null
    since: string
    used: string | null
  }>[]
  readonly recoveryCodes: number
  readonly identities: readonly Readonly<{ issuer: string; since: string; used: string | null }>[]
}

/** What is in force; undefined where there is no such person. */
export async function readCredentials(db: Db, personId: string): Promise<PersonCredentials | undefined> {
  const { rows } = await sql<PersonCredentials>`
    select person.password_reset_required_at is not null as "needsNewPassword",
      (select changed_at from passwords where passwords.person_id = person.id) as "passwordSince",
      coalesce((select jsonb_agg(jsonb_build_object('kind', kind, 'name', name, 'since', created_at, 'used', used_at)
                                 order by created_at, id)
                from authenticators factor
                where factor.person_id = person.id and kind <> 'recovery_code' and ${IS_FACTOR_IN_FORCE}), '[]') as factors,
      (select count(*)::int from authenticators factor
       where factor.person_id = person.id and kind = 'recovery_code' and ${IS_FACTOR_IN_FORCE}) as "recoveryCodes",
      coalesce((select jsonb_agg(jsonb_build_object('issuer', issuer, 'since', created_at, 'used', used_at)
                                 order by created_at, issuer)
                from identities where identities.person_id = person.id and removed_at is null), '[]') as identities
    from people person where person.id = ${personId}`.execute(db)
  return rows[0]
}

/** A browser in which somebody is signed in. */
export interface ListedSession {
  readonly id: string
  readonly acr: string
  readonly amr: string[]
  readonly authTime: Date
  readonly expiresAt: Date
}

export async function listSessionsOf(
  db: Db,
  personId: string,
  { after, limit }: AfterKey,
): Promise<readonly ListedSession[]> {
  const { rows } = await sql<ListedSession>`
    select session.id, session.acr, session.amr, session.auth_time as "authTime", session.expires_at as "expiresAt"
    from sessions session join people person on ${isOfStandingPerson('session')}
    where session.person_id = ${personId} and session.expires_at > auth_now()
      and (${after ?? null}::text is null or session.id > ${after ?? null})
    order by session.id limit ${limit}`.execute(db)
  return rows
}
