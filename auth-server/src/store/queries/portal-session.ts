// Who is signed in at the developer portal: as long as the browser's session, the login of the portal's application and the person all stand.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { IS_UNENDED, isOfStandingPerson } from '../sql.ts'
import type { PersonRoles } from '../tables/person-roles.ts'
import { liveSessions, type Session } from '../tables/sessions.ts'

/** The session of the browser, as the portal knows it. */
export interface PortalSession extends Session {
  /** Of the portal's own token. */
  readonly portalTokenHash: string
  readonly idToken: string
  /** What the person may be there. */
  readonly roles: readonly PersonRoles['role'][]
}

/** Finds the live session of the tokens that a browser sent, in one query. Of two nobody can say which is its own: then there is none. */
export async function findPortalSession(db: Db, tokenHashes: readonly string[]): Promise<PortalSession | undefined> {
  if (tokenHashes.length === 0) return undefined
  const [found, other] = await liveSessions(db)
    .innerJoin('portal_sessions as portal', 'portal.session_id', 'session.id')
    .innerJoin('refresh_families as family', 'family.id', 'portal.family_id')
    .where(sql<boolean>`portal.token_hash = any(${[...tokenHashes]}) and portal.expires_at > auth_now()`)
    .where(sql<boolean>`${IS_UNENDED} and ${isOfStandingPerson('family')}`)
    .select([
      'portal.token_hash as portalTokenHash',
      'portal.id_token as idToken',
      sql<PersonRoles['role'][]>`array(
        select distinct role from person_roles given where given.person_id = person.id order by 1)`.as('roles'),
    ])
    .limit(2)
    .execute()
  return other ? undefined : found
}
