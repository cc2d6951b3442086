// Sessions of the developer portal: each stands on a login of its application, and on the session of the browser behind it.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { secondsFromNow } from '../sql.ts'

export interface PortalSessions {
  token_hash: string
  person_id: string
  /** The session of the browser (`sid`), which keeps its id when the same person signs in once more. */
  session_id: string
  family_id: string
  /** What the portal was told at the sign-in: its hint when it signs the person out. */
  id_token: string
  created_at: Defaulted<Date>
  expires_at: Date
}

export const PORTAL_SESSIONS: TableDeclaration<PortalSessions> = {
  purpose: 'The browsers in which somebody is signed in at the developer portal.',
  lifetime: {
    until: 'it expires or the person signs out',
    obsolete: sql`expires_at < auth_now()`,
    indexed: true,
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        token_hash: 'secret',
        person_id: 'owner',
        session_id: 'exported',
        family_id: 'exported',
        id_token: 'repeated',
        created_at: 'exported',
        expires_at: 'exported',
      },
    },
    erased: { deleted: 'person_id' },
  },
}

/** A sign-in at the portal. */
export interface NewPortalSession {
  readonly tokenHash: string
  readonly personId: string
  readonly sessionId: string
  readonly familyId: string
  readonly idToken: string
  readonly seconds: number
}

/**
 * Opens a session, in the place of those that the browser had, whose logins end with them. In two statements: one would
 * have the logins before its foreign keys come to the person, and whoever changes an account has the person first.
 * @returns whether the login that it stands on was still there
 */
export async function openPortalSession(
  db: Db,
  session: NewPortalSession,
  before: readonly string[],
): Promise<boolean> {
  const { tokenHash, personId, sessionId, familyId, idToken, seconds } = session
  if (before.length > 0) await endPortalSessions(db, before, familyId)
  const { rows } = await sql`
    insert into portal_sessions (token_hash, person_id, session_id, family_id, id_token, expires_at)
    select ${tokenHash}, person_id, ${sessionId}, id, ${idToken}, ${secondsFromNow(seconds)}
    from refresh_families where id = ${familyId} and person_id = ${personId} for key share
    returning token_hash`.execute(db)
  return rows.length === 1
}

/** Ends a session, and the login that it stands on. */
export function endPortalSession(db: Db, tokenHash: string): Promise<void> {
  return endPortalSessions(db, [tokenHash])
}

/** @param stays a login that goes on, though one of them may have stood on it */
async function endPortalSessions(db: Db, tokenHashes: readonly string[], stays = ''): Promise<void> {
  await sql`
    with ended as (delete from portal_sessions where token_hash = any(${tokenHashes}) returning family_id)
    update refresh_families set revoked_at = auth_now(), revoked_because = 'signed out'
    from ended where refresh_families.id = ended.family_id and refresh_families.id <> ${stays} and revoked_at is null`.execute(
    db,
  )
}
