// Identity providers: sign-ins that are under way there, and linked identities that were taken away and can come back.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // One for each provider of a visit: begun again, it is the newer one that counts. Neither nonce nor verifier is kept.
  await sql`create table upstream_logins (
    request_id text not null references authorization_requests on delete cascade,
    provider text not null,
    state_hash text not null unique,
    -- Of whoever is linking it to their account; null where somebody is signing in.
    person_id text references people on delete cascade,
    session_id text,
    expires_at timestamptz not null,
    returned_at timestamptz,
    -- Who came back, while it waits to be linked to the account that has the address.
    issuer text,
    subject text,
    email_key text,
    primary key (request_id, provider),
    check ((person_id is null) = (session_id is null)),
    check ((issuer is null) = (subject is null) and (issuer is null) = (email_key is null)),
    check (issuer is null or returned_at is not null)
  )`.execute(db)
  await sql`create index upstream_logins_by_person on upstream_logins (person_id)`.execute(db)
  await sql`create index upstream_logins_by_expiry on upstream_logins (expires_at)`.execute(db)
  await sql`alter table identities add column removed_at timestamptz`.execute(db)
  await sql`create index identities_removed on identities (removed_at) where removed_at is not null`.execute(db)
}
