// What people have allowed so far and in which words, also after they took it back.
import { type GeneratedAlways, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface ConsentHistory {
  id: GeneratedAlways<string>
  person_id: string
  application_id: string
  api_id: string
  scopes: string[]
  /** Of the words that the person read, and their language. */
  text_version: string
  language: string
  given_at: Defaulted<Date>
  withdrawn_at: Date | null
  claims: Defaulted<string[]>
}

export const CONSENT_HISTORY: TableDeclaration<ConsentHistory> = {
  purpose: 'What people have allowed applications so far, in which words, and until when.',
  lifetime: { kept: 'It shows that somebody was asked; goes with the person or the application.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        id: 'internal',
        person_id: 'owner',
        application_id: 'exported',
        api_id: 'exported',
        scopes: 'exported',
        text_version: 'exported',
        language: 'exported',
        given_at: 'exported',
        withdrawn_at: 'exported',
        claims: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}

/** What a person allowed an application once. */
export interface GivenConsent {
  readonly applicationId: string
  readonly clientId: string
  readonly applicationName: string
  readonly isNameVerified: boolean
  readonly redirectUris: readonly string[]
  readonly apiName: string
  readonly scopes: readonly string[]
  /** Asked for by name. */
  readonly claims: readonly string[]
  /** The scopes that are the API's own, in its words of today. */
  readonly words: readonly string[]
  readonly textVersion: string
  readonly language: string
  readonly givenAt: Date
  readonly withdrawnAt: Date | null
}

/** The last first; so many of them that nobody misses one. */
export async function listConsents(
  db: Db,
  { personId, applicationId }: Readonly<{ personId: string; applicationId: string }>,
): Promise<readonly GivenConsent[]> {
  const { rows } = await sql<GivenConsent>`
    select application.id as "applicationId", application.client_id as "clientId", application.name as "applicationName",
           application.name_verified_at is not null as "isNameVerified", application.redirect_uris as "redirectUris", api.name as "apiName",
           history.scopes, history.claims, history.text_version as "textVersion", history.language, history.given_at as "givenAt",
           history.withdrawn_at as "withdrawnAt",
           array(select coalesce(nullif(scope.description, ''), scope.name) from api_scopes scope
                 where scope.api_id = api.id and scope.name = any(history.scopes) order by scope.name) as words
    from consent_history history join applications application on application.id = history.application_id
    join apis api on api.id = history.api_id
    where history.person_id = ${personId} and history.application_id = ${applicationId}
    order by history.id desc limit 100`.execute(db)
  return rows
}
