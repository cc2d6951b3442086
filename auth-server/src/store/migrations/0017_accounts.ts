// Accounts in the hands of their owners: what is proven by mail, what can be taken back, and how somebody signed in.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...PEOPLE, ...SIGN_INS, ...PROOFS, ...CONSENTS]) await statement.execute(db)
}

const PEOPLE = [
  // `leaving`: the person has asked to be erased, and can change their mind until `erase_after`.
  sql`alter table people
    drop constraint people_status_check,
    add constraint people_status_check check (status in ('active', 'suspended', 'leaving')),
    add column language text,
    add column password_reset_required_at timestamptz,
    add column erase_after timestamptz,
    add constraint people_leaving_check check ((status = 'leaving') = (erase_after is not null))`,
  sql`create index people_leaving on people (erase_after) where erase_after is not null`,
  // What was taken away, or set aside after "that wasn't me", counts for nothing and can be brought back for a while.
  sql`alter table email_addresses
    add column removed_at timestamptz,
    add column suspended_at timestamptz,
    add constraint email_addresses_aside_check check (proof is null or (removed_at is null and suspended_at is null))`,
  sql`create index email_addresses_removed on email_addresses (removed_at) where removed_at is not null`,
  sql`alter table authenticators
    add column removed_at timestamptz,
    add column enrolled_in text,
    add constraint authenticators_removed_check check (removed_at is null or suspended_at is not null)`,
  sql`create index authenticators_removed on authenticators (removed_at) where removed_at is not null`,
]

// Authentication methods (RFC 8176). Until now there was the password alone.
const SIGN_INS = ['sessions', 'authorization_codes', 'refresh_families'].map(
  (table) => sql`alter table ${sql.table(table)} add column amr text[] not null default '{pwd}'`,
)

const PROOFS = [
  sql`create table account_changes (
    id text primary key check (id ~ '^change_'),
    person_id text not null references people on delete cascade,
    kind text not null,
    subject text,
    details jsonb not null default '{}',
    at timestamptz not null default auth_now(),
    expires_at timestamptz not null,
    undone_at timestamptz
  )`,
  sql`create index account_changes_by_person on account_changes (person_id, at)`,
  sql`create index account_changes_by_expiry on account_changes (expires_at)`,

  // Neither the link nor the code is kept: both are computed from the id and a key that the database does not have.
  sql`create table mail_challenges (
    id text primary key,
    purpose text not null check (purpose in ('sign-up', 'reset', 'address', 'undo', 'keep-account')),
    email_key text not null,
    address text not null,
    person_id text references people on delete cascade,
    -- Of the person, when it was made.
    auth_epoch integer,
    change_id text references account_changes on delete cascade,
    request_id text references authorization_requests on delete set null,
    browser_hash text,
    code_attempts int not null default 0,
    created_at timestamptz not null default auth_now(),
    expires_at timestamptz not null,
    proven_at timestamptz,
    proven_hash text,
    consumed_at timestamptz,
    check ((person_id is null) = (auth_epoch is null))
  )`,
  sql`create index mail_challenges_by_person on mail_challenges (person_id)`,
  sql`create index mail_challenges_by_address on mail_challenges (email_key)`,
  sql`create index mail_challenges_by_request on mail_challenges (request_id)`,
  sql`create index mail_challenges_by_change on mail_challenges (change_id)`,
  sql`create index mail_challenges_by_expiry on mail_challenges (expires_at)`,
]

// What was allowed, in which words, and until when; no foreign key to the consent, which goes when it is withdrawn.
const CONSENTS = [
  sql`create table consent_history (
    id bigint generated always as identity primary key,
    person_id text not null references people on delete cascade,
    application_id text not null references applications on delete cascade,
    api_id text not null references apis on delete cascade,
    scopes text[] not null,
    text_version text not null,
    language text not null,
    given_at timestamptz not null default auth_now(),
    withdrawn_at timestamptz
  )`,
  sql`create index consent_history_by_person on consent_history (person_id, application_id)`,
  sql`create index consent_history_by_application on consent_history (application_id)`,
  sql`create index consent_history_by_api on consent_history (api_id)`,
]
