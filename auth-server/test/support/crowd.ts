// Tens of thousands of people who have used everything, for tests of what reading one page of them takes.
import { sql } from 'kysely'
import type { Db } from '../../src/store/database.ts'
import { API } from './server.ts'

const ID = sql`'usr_' || left(md5(n::text) || md5('-' || n), 22)`
/** One in so many is of each of the rarer kinds. */
const RARE = 1500

/**
 * All in one application and one API, in one group, with a row of each table that grows with people. Tables are not told of
 * by triggers, and the planner knows all of it.
 */
export async function addCrowd(
  db: Db,
  { people, applicationId }: Readonly<{ people: number; applicationId: string }>,
): Promise<void> {
  const app = sql`${applicationId}::text`
  const api = sql`${API.id}::text`
  const later = sql`now() + interval '20 days'`
  const rows = [
    sql`people (id, name, status, erase_after, kind)
        select ${ID}, 'Person ' || n,
               case n % ${RARE} when 1 then 'suspended' when 2 then 'leaving' else 'active' end,
               case n % ${RARE} when 2 then ${later} end, case n % ${RARE} when 3 then 'guest' else 'member' end`,
    sql`email_addresses (person_id, key, address, proof, proven_at, is_primary)
        select ${ID}, n || '@' || n % 500 || '.example.com', n || '@example.com', 'verified', now(), true`,
    sql`email_addresses (person_id, key, address, removed_at)
        select ${ID}, 'old' || n || '@' || n % 500 || '.example.com', n || '@example.com', now()`,
    sql`passwords (person_id, hash, pepper_id) select ${ID}, repeat(md5(n::text), 4), 'pepper'`,
    sql`identities (issuer, subject, person_id) select 'https://idp.example.com', n::text, ${ID}`,
    sql`authenticators (id, person_id, kind, key, confirmed_at)
        select 'authenticator_' || n, ${ID}, 'totp', decode(repeat('00', 40), 'hex'), now()`,
    sql`device_keys (jkt, person_id, application_id, public_jwk, auth_epoch)
        select md5(n::text), ${ID}, ${app}, '{"kty":"EC"}', 1`,
    sql`sessions (token_hash, id, person_id, auth_epoch, acr, expires_at)
        select md5(n::text), left(md5(n::text), 22), ${ID}, 1, 'pwd', ${later}`,
    sql`refresh_families (id, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr, auth_time,
                          generation, current_hash, idle_expires_at, expires_at)
        select 'grant_' || left(md5(n::text), 22), ${ID}, 1, ${app}, ${api}, left(md5(n::text), 22), '{orders:read}',
               'pwd', now(), 1, md5(n::text), ${later}, ${later}`,
    sql`consents (person_id, application_id, api_id, scopes) select ${ID}, ${app}, ${api}, '{orders:read}'`,
    sql`consent_history (person_id, application_id, api_id, scopes, text_version, language)
        select ${ID}, ${app}, ${api}, '{orders:read}', '1', 'en'`,
    sql`audit_events (at, type, outcome, person, application_id, api_id)
        select now() - n * interval '1 minute', 'sign-in', 'succeeded',
               (select pseudonym from people where id = ${ID}), ${app}, ${api}`,
    sql`audit_details (event_seq, address, expires_at) select n, '192.0.2.1', ${later}`,
    sql`usage_of_people (person_id, application_id, api_id, day, accepted, refused)
        select ${ID}, ${app}, ${api}, current_date - n % 30, 1, 0`,
    sql`call_refusals (application_id, request_id, at, api_id, plan, code, facts)
        select ${app}, n::text, now() - n * interval '1 second', ${api}, 'basic', 'quota-used', '{}'`,
    sql`group_members (person_id, group_name) select ${ID}, case n % 4 when 0 then 'staff' else 'others' end`,
    sql`registrations (person_id, api_id, answers) select ${ID}, ${api}, '{"club":"chess"}'`,
    sql`memberships (person_id, api_id) select ${ID}, ${api}`,
    sql`invitations (email_key, address, reserved_id, language, challenge_id, expires_at)
        select n || '@later.example.com', n || '@later.example.com', left(${ID}, 25) || 'i', 'en', md5(n::text), ${later}`,
    sql`account_changes (id, person_id, kind, expires_at)
        select 'change_' || n, ${ID}, 'password-changed', ${later}`,
    sql`outbox (id, kind, receiver, person_id, next_attempt_at, expires_at)
        select 'mail.' || n, 'mail', 'mail', ${ID}, ${later}, ${later}`,
  ]
  await db.connection().execute(async (on) => {
    await sql`set statement_timeout = 0`.execute(on)
    await sql`set session_replication_role = replica`.execute(on)
    await sql`insert into groups (name) values ('staff'), ('others')`.execute(on)
    for (const each of rows)
      await sql`insert into ${each} from generate_series(1, ${people}::int) n order by md5('order' || n)`.execute(on)
    await sql`reset session_replication_role`.execute(on)
    await sql`vacuum analyze`.execute(on)
    await sql`set statement_timeout = '5s'`.execute(on)
  })
}
