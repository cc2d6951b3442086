// What a person has allowed an application to do with an API; remembered until withdrawn.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { isOfStandingPerson } from '../sql.ts'
import { stepDone } from '../visit-steps.ts'

export interface Consents {
  person_id: string
  application_id: string
  api_id: string
  scopes: string[]
  given_at: Defaulted<Date>
  /** Claims that were asked for by name, beyond what the scopes open. */
  claims: Defaulted<string[]>
  /** Of the scopes that came to open more: what they meant to whoever allowed them. */
  meanings: Defaulted<string[]>
}

export const CONSENTS: TableDeclaration<Consents> = {
  purpose: 'What a person has allowed an application to do with an API.',
  lifetime: {
    kept: 'The answer is remembered, so that nobody is asked twice; goes with the person or the application.',
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        application_id: 'exported',
        api_id: 'exported',
        scopes: 'exported',
        given_at: 'exported',
        claims: 'exported',
        meanings: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}

interface Key {
  readonly personId: string
  readonly applicationId: string
  readonly apiId: string
}

/** What was allowed so far; undefined when the person has not allowed this application anything, ever. */
export function findConsent(
  db: Db,
  key: Key,
): Promise<Readonly<Record<'scopes' | 'claims' | 'meanings', readonly string[]>> | undefined> {
  return db
    .selectFrom('consents')
    .where('person_id', '=', key.personId)
    .where('application_id', '=', key.applicationId)
    .where('api_id', '=', key.apiId)
    .select(['scopes', 'claims', 'meanings'])
    .executeTakeFirst()
}

/**
 * Remembers the scopes, and in which words they were allowed, and notes them on the request, in one statement. False when
 * nothing was given by it: the request or the session has ended, or the same form came before.
 */
export async function giveConsent(
  db: Db,
  input: Key &
    Readonly<{
      requestId: string
      sessionId: string
      scopes: readonly string[]
      claims: readonly string[]
      meanings: readonly string[]
      textVersion: string
      language: string
    }>,
): Promise<boolean> {
  const { personId, applicationId, apiId } = input
  const scopes = [...input.scopes]
  const claims = [...input.claims]
  const meanings = [...input.meanings]
  const { rows } = await sql`
    with visit as (
      update authorization_requests set steps = steps || ${stepDone('consent', sql`${input.sessionId}`)}
      where id = ${input.requestId} and completed_at is null and expires_at > auth_now()
        and steps->'consent'->>'session' is distinct from ${input.sessionId}
      returning id
    ), held as (
      -- Whoever ends all logins waits for this lock, or came first, and nothing is allowed any more in this session.
      select visit.id from visit, sessions session join people person on ${isOfStandingPerson('session')}
      where session.id = ${input.sessionId} and session.person_id = ${personId}
      for key share of session
    ), history as (
      insert into consent_history (person_id, application_id, api_id, scopes, claims, text_version, language)
      select ${personId}, ${applicationId}, ${apiId}, ${scopes}::text[], ${claims}::text[], ${input.textVersion}, ${input.language} from held
    )
    insert into consents (person_id, application_id, api_id, scopes, claims, meanings)
    select ${personId}, ${applicationId}, ${apiId}, ${scopes}::text[], ${claims}::text[], ${meanings}::text[] from held
    on conflict (person_id, application_id, api_id) do update
    set scopes = array(select distinct unnest(consents.scopes || excluded.scopes)),
        claims = array(select distinct unnest(consents.claims || excluded.claims)),
        meanings = array(select distinct unnest(consents.meanings || excluded.meanings)), given_at = auth_now()
    returning person_id`.execute(db)
  return rows.length === 1
}
