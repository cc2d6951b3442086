// What the traffic of an application has shown: a row for each fact, written once a day at most.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

/** What can be seen of an application; each is good, or something to look at. */
export type EvidenceFact =
  | 'pkce'
  | 'no-pkce'
  | 'state'
  | 'no-state'
  | 'state-repeated'
  | 'browser'
  | 'web-view'
  | 'app-link'
  | 'app-links-checked'
  | 'app-links-wrong'
  | 'refresh-repeated'
  | 'dpop'
  | 'revoked'

export interface ApplicationEvidence {
  application_id: string
  fact: EvidenceFact
  /** What was seen, where the fact alone does not tell. */
  detail: Defaulted<string>
  first_seen: Defaulted<Date>
  last_seen: Defaulted<Date>
}

export const APPLICATION_EVIDENCE: TableDeclaration<ApplicationEvidence> = {
  purpose: 'What the traffic of an application has shown, for its developers: whether it uses PKCE, and the like.',
  lifetime: {
    until: 'it has not been seen for 13 months',
    obsolete: sql`last_seen < auth_now() - interval '13 months'`,
    indexed: true,
  },
  people: { nobody: 'Tells of apps, and on which days; of none who used them.' },
}

/** One thing that was seen. */
export interface SeenFact {
  readonly fact: EvidenceFact
  readonly detail?: string
}

/** Writes facts down for today; in their order by name, so that nobody waits for another in a circle. */
export async function noteSeen(db: Db, applicationId: string, seen: readonly SeenFact[]): Promise<void> {
  const sorted = [...seen].sort((one, other) => (one.fact < other.fact ? -1 : 1))
  await sql`
    insert into application_evidence (application_id, fact, detail)
    select application.id, seen.fact, seen.detail
    from applications application,
         unnest(${sorted.map(({ fact }) => fact)}::text[], ${sorted.map(({ detail = '' }) => detail)}::text[]) as seen (fact, detail)
    where application.id = ${applicationId}
    on conflict (application_id, fact) do update set last_seen = excluded.last_seen, detail = excluded.detail
    where application_evidence.last_seen < excluded.last_seen`.execute(db)
}

/** What a check of an application's links found. @param problem the first one; without one, what was wrong before is over */
export async function noteAppLinkCheck(trx: Trx, applicationId: string, problem: string | undefined): Promise<void> {
  const fact: EvidenceFact = problem === undefined ? 'app-links-checked' : 'app-links-wrong'
  await sql`
    with over as (
      delete from application_evidence
      where application_id = ${applicationId} and fact = 'app-links-wrong' and ${fact} <> 'app-links-wrong'
    )
    insert into application_evidence (application_id, fact, detail) values (${applicationId}, ${fact}, ${problem ?? ''})
    on conflict (application_id, fact) do update set last_seen = excluded.last_seen, detail = excluded.detail`.execute(
    trx,
  )
}

/** What was checked is another record by now. */
export async function forgetAppLinkCheck(trx: Trx, applicationId: string): Promise<void> {
  const facts: readonly EvidenceFact[] = ['app-links-checked', 'app-links-wrong']
  await trx
    .deleteFrom('application_evidence')
    .where('application_id', '=', applicationId)
    .where('fact', 'in', facts)
    .execute()
}

/** A fact, and on which days (YYYY-MM-DD, UTC) it was seen first and last. */
export interface StoredEvidence {
  readonly fact: EvidenceFact
  readonly detail: string
  readonly firstSeen: string
  readonly lastSeen: string
}

export async function listEvidence(db: Db, applicationId: string): Promise<readonly StoredEvidence[]> {
  const { rows } = await sql<StoredEvidence>`
    select fact, detail, first_seen::text as "firstSeen", last_seen::text as "lastSeen" from application_evidence
    where application_id = ${applicationId} order by fact`.execute(db)
  return rows
}
