// Who a person is elsewhere: the subject of an issuer, which is one person's here.
import { sql } from 'kysely'
import { REMOVED_WHILE_UNDOABLE } from '../account-change.ts'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import type { UpstreamSubject } from './upstream-logins.ts'

export interface Identities {
  /** In the issuer's own words, whatever our configuration calls it. */
  issuer: string
  subject: string
  person_id: string
  created_at: Defaulted<Date>
  used_at: Date | null
  /** Taken away by the person, which can be undone for a while; until then it signs nobody in. */
  removed_at: Date | null
  /** To be revoked at the provider when the link ends; triggers see to that (0067). */
  sealed_token: string | null
}

export const IDENTITIES: TableDeclaration<Identities> = {
  purpose: 'The accounts elsewhere by which people sign in here.',
  lifetime: REMOVED_WHILE_UNDOABLE,
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        issuer: 'exported',
        subject: 'exported',
        person_id: 'owner',
        created_at: 'exported',
        used_at: 'exported',
        removed_at: 'exported',
        sealed_token: 'secret',
      },
    },
    erased: { cascade: 'people' },
  },
}

/** The person of an identity, whatever their status. */
export interface KnownPerson {
  readonly personId: string
  readonly authEpoch: number
  readonly status: 'active' | 'suspended' | 'leaving'
  /** Nobody is signed in before the person has chosen another password by mail. */
  readonly needsNewPassword: boolean
}

export async function findPersonByIdentity(
  db: Db,
  { issuer, subject }: UpstreamSubject,
): Promise<KnownPerson | undefined> {
  return db
    .selectFrom('identities as identity')
    .innerJoin('people as person', 'person.id', 'identity.person_id')
    .where('identity.issuer', '=', issuer)
    .where('identity.subject', '=', subject)
    .where('identity.removed_at', 'is', null)
    .select([
      'person.id as personId',
      'person.auth_epoch as authEpoch',
      // Of somebody with an account: no guest has an identity.
      sql<KnownPerson['status']>`person.status`.as('status'),
      sql<boolean>`person.password_reset_required_at is not null`.as('needsNewPassword'),
    ])
    .executeTakeFirst()
}

/**
 * Notes that somebody signs in by it; the newest token counts. False when it is not theirs any more. The person's row is
 * locked first, as by all who take an identity away: whoever does so now either waits for this, or is seen here.
 */
export async function useIdentity(
  trx: Trx,
  { issuer, subject, sealedToken }: UpstreamSubject,
  personId: string,
): Promise<boolean> {
  const { rows } = await sql`
    with person as materialized (select id from people where id = ${personId} for key share)
    update identities set used_at = auth_now(), sealed_token = coalesce(${sealedToken ?? null}, sealed_token)
    from person
    where issuer = ${issuer} and subject = ${subject} and person_id = person.id and removed_at is null
    returning issuer`.execute(trx)
  return rows.length === 1
}

/** An identity as its person sees it. */
export interface OwnIdentity extends UpstreamSubject {
  readonly createdAt: Date
  readonly usedAt: Date | null
}

export async function listOwnIdentities(db: Db, personId: string): Promise<readonly OwnIdentity[]> {
  return db
    .selectFrom('identities')
    .where('person_id', '=', personId)
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('issuer')
    .orderBy('subject')
    .select(['issuer', 'subject', 'created_at as createdAt', 'used_at as usedAt'])
    .execute()
}
