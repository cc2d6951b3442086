// What the tables say about a person, as tests need to read or change it.
import { sql } from 'kysely'
import { sha256 } from '../../src/crypto/digest.ts'
import type { Db } from '../../src/store/database.ts'
import type { StoredPassword } from '../../src/store/tables/passwords.ts'
import { API, type TestServer } from './server.ts'

/** Gives a person a name, and makes their address one that they have shown to be theirs. */
export async function nameAndVerify(db: Db, personId: string, name: string): Promise<void> {
  await db.updateTable('people').set({ name }).where('id', '=', personId).execute()
  await db.updateTable('email_addresses').set({ proof: 'verified' }).where('person_id', '=', personId).execute()
}

/** Whatever a profile can say. */
export async function sayEverything(db: Db, personId: string): Promise<void> {
  const claims = {
    given_name: 'Ada',
    middle_name: 'King',
    family_name: 'Lovelace',
    nickname: 'Countess',
    preferred_username: 'ada',
    birthdate: '1815-12-10',
    gender: 'female',
    zoneinfo: 'Europe/London',
    website: 'https://ada.example.com/',
    profile: 'https://people.example.com/ada',
    picture: 'https://people.example.com/ada.png',
    phone_number: '+442079460958',
    address: { street_address: '12 St James’s Square', postal_code: 'SW1Y 4JH', locality: 'London', country: 'GB' },
  }
  await db
    .updateTable('people')
    .set({ standard_claims: JSON.stringify(claims), language: 'en' })
    .where('id', '=', personId)
    .execute()
}

/** A person's password as it is stored. */
export function storedPassword(db: Db, personId: string): Promise<StoredPassword> {
  return db
    .selectFrom('passwords')
    .where('person_id', '=', personId)
    .select(['hash', 'pepper_id as pepperId'])
    .executeTakeFirstOrThrow()
}

/** Rows in the tables that nothing fills by itself yet. */
export async function addBelongings(
  { db, applicationId }: Pick<TestServer, 'db' | 'applicationId'>,
  personId: string,
): Promise<void> {
  const person = { person_id: personId }
  await db
    .insertInto('identities')
    .values({ ...person, issuer: 'https://idp.example.com', subject: personId })
    .execute()
  await db
    .insertInto('authenticators')
    .values([
      { ...person, id: `authenticator_1${personId}`, kind: 'passkey', credential: personId, key: Buffer.from('key') },
      { ...person, id: `authenticator_2${personId}`, kind: 'totp', key: Buffer.from('sealed') },
      { ...person, id: `authenticator_3${personId}`, kind: 'recovery_code', credential: `hash of ${personId}` },
    ])
    .execute()
  await db
    .insertInto('device_keys')
    .values({ ...person, jkt: `jkt of ${personId}`, application_id: applicationId, public_jwk: '{}', auth_epoch: 1 })
    .execute()
  await db
    .insertInto('memberships')
    .values({ ...person, api_id: API.id, answers: '{"age":"36"}' })
    .execute()
  await db
    .insertInto('membership_requests')
    .values({ ...person, api_id: API.id, reason: 'I work there', expires_at: new Date(Date.now() + 86_400_000) })
    .execute()
  await db
    .insertInto('registrations')
    .values({ ...person, api_id: API.id, answers: '{"club":"chess"}' })
    .execute()
  await db
    .insertInto('consent_history')
    .values({
      ...person,
      application_id: applicationId,
      api_id: API.id,
      scopes: ['read'],
      text_version: '1',
      language: 'en',
    })
    .execute()
  await db
    .insertInto('usage_of_people')
    .values({
      ...person,
      application_id: applicationId,
      api_id: API.id,
      day: '2026-11-28',
      accepted: '5',
      refused: '1',
    })
    .execute()
  const later = new Date(Date.now() + 3600_000)
  const families = await db.selectFrom('refresh_families').where('person_id', '=', personId).selectAll().execute()
  for (const { id, session_id } of families)
    await db
      .insertInto('portal_sessions')
      .values({
        ...person,
        token_hash: `portal ${id}`,
        session_id,
        family_id: id,
        id_token: personId,
        expires_at: later,
      })
      .execute()
  // The role that an address of theirs is promised, and an invitation that it does not need any more.
  const addresses = await db
    .selectFrom('email_addresses')
    .where('person_id', '=', personId)
    .where('proof', 'is not', null)
    .select(['key', 'address'])
    .execute()
  for (const { key, address } of addresses) {
    await db
      .insertInto('invitations')
      .values({
        email_key: key,
        address,
        reserved_id: `invited ${key}`,
        language: 'en',
        challenge_id: 'gone',
        expires_at: later,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await db
      .insertInto('role_promises')
      .values({ email_key: key, address, role: 'approver', api_id: API.id })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  const change = await db
    .insertInto('account_changes')
    .values({ ...person, id: `change_${personId}`, kind: 'passkey-added', details: '{}', expires_at: later })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('mail_challenges')
    .values({
      ...person,
      id: `challenge of ${personId}`,
      purpose: 'undo',
      email_key: `${personId}@example.com`,
      address: `${personId}@example.com`,
      auth_epoch: 0,
      change_id: change.id,
      expires_at: later,
    })
    .execute()
  const visit = await db
    .insertInto('authorization_requests')
    .values({
      id: sha256(personId).slice(0, 22),
      browser_hash: 'hash',
      request: '{"prompts":[],"returnTo":"/account"}',
      expires_at: later,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('upstream_logins')
    .values({
      ...person,
      request_id: visit.id,
      provider: 'corp',
      state_hash: `state of ${personId}`,
      session_id: 'session',
      expires_at: later,
    })
    .execute()
  await db
    .insertInto('trials')
    .values({
      ...person,
      id: `trial of ${personId}`,
      browser_hash: 'hash',
      state_hash: `trial of ${personId}`,
      application_id: applicationId,
      expires_at: later,
      sealed: 'sealed',
    })
    .execute()
  await db
    .insertInto('person_roles')
    .values({ ...person, role: 'developer' })
    .execute()
  await db
    .insertInto('application_members')
    .values({ ...person, application_id: applicationId, role: 'owner' })
    .execute()
  await db
    .insertInto('former_members')
    .values({ ...person, application_id: applicationId })
    .execute()
  await db
    .insertInto('application_invitations')
    .values({
      id: `inv of ${personId}`,
      application_id: applicationId,
      email_key: `invited by ${personId}`,
      address: 'somebody@example.com',
      role: 'collaborator',
      hands_over: false,
      invited_by: personId,
      challenge_id: `join of ${personId}`,
      expires_at: later,
    })
    .execute()
  const asked = `asked-${sha256(personId)
    .slice(0, 12)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x')}`
  await db
    .insertInto('apis')
    .values({ id: asked, name: 'Asked', resource: `https://${asked}.example.com` })
    .execute()
  await db.insertInto('api_plans').values({ api_id: asked, plan: 'basic' }).execute()
  await db
    .insertInto('subscriptions')
    .values({
      id: personId.replace('usr_', 'sub_'),
      application_id: applicationId,
      api_id: asked,
      plan: 'basic',
      scopes: [],
      status: 'pending',
      requested_by_person: personId,
      requested_at: new Date(),
    })
    .execute()
  await db
    .insertInto('groups')
    .values({ name: 'testers' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await db
    .insertInto('group_members')
    .values({ ...person, group_name: 'testers' })
    .execute()
}

/** Tables with a row that holds a text in any of its columns, whatever their types. */
export async function tracesOf(db: Db, ...texts: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ table: string }>`
    select tablename as table from pg_tables where schemaname = 'public' order by 1`.execute(db)
  const found: string[] = []
  for (const { table } of rows) {
    const patterns = texts.flatMap((text) => [text, encodeURIComponent(text)]).map((text) => `%${text}%`)
    const hit = await sql`select from ${sql.table(table)} where ${sql.table(table)}::text ilike any(${patterns})`
    if ((await hit.execute(db)).rows.length > 0) found.push(table)
  }
  return found
}
