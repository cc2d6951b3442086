// People instead of users: addresses, passwords and other proofs in tables of their own; steps of a visit as data.
import { type Kysely, sql } from 'kysely'

/** The table `users` is gone, and with it what every statement of earlier releases joins. */
export const incompatible = true

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [...PEOPLE, ...PROOFS, ...BELONGING, ...REVOCATIONS, ...VISITS]
  for (const statement of statements) await statement.execute(db)
}

// The table keeps its rows, triggers and foreign keys under its new name. One word for a person everywhere.
const PEOPLE = [
  sql`alter table users rename to people`,
  sql`alter table people rename constraint users_pkey to people_pkey`,
  sql`alter table people rename constraint users_id_check to people_id_check`,
  sql`alter table people rename constraint users_status_check to people_status_check`,
  // A guest has no account: an app knows them by the key of a device alone. Who makes one later stays the same person.
  sql`alter table people add column kind text not null default 'member' check (kind in ('member', 'guest'))`,
  ...['sessions', 'consents', 'refresh_families', 'authorization_codes'].flatMap((table) => [
    sql`alter table ${sql.table(table)} rename column user_id to person_id`,
    sql`alter table ${sql.table(table)} rename constraint ${sql.id(`${table}_user_id_fkey`)} to ${sql.id(`${table}_person_id_fkey`)}`,
  ]),
  ...['sessions', 'refresh_families', 'authorization_codes'].map(
    (table) => sql`alter index ${sql.id(`${table}_by_user`)} rename to ${sql.id(`${table}_by_person`)}`,
  ),
]

// How people prove who they are. None of them has to: whoever signs in by a provider has neither address nor password.
const PROOFS = [
  // Without proof an address was only written down: it signs nobody in, keeps nobody else from having it, and is told
  // to no app. `assigned` by the operator: it signs in, and apps hear that it is not verified. `verified`: the person
  // has shown that they read what is sent there (OpenID Connect Core §5.1, email_verified).
  sql`create table email_addresses (
    person_id text not null references people on delete cascade,
    key text not null,
    address text not null,
    proof text check (proof in ('assigned', 'verified')),
    proven_at timestamptz,
    is_primary boolean not null default false,
    created_at timestamptz not null default auth_now(),
    primary key (person_id, key),
    check ((proof is null) = (proven_at is null)),
    check (proof is not null or not is_primary)
  )`,
  sql`create unique index email_addresses_proven on email_addresses (key) where proof is not null`,
  sql`create unique index email_addresses_primary on email_addresses (person_id) where is_primary`,
  // Operators made the accounts of earlier releases, so each goes on signing in; what apps hear stays what it was.
  sql`insert into email_addresses (person_id, key, address, proof, proven_at, is_primary, created_at)
      select id, email_key, email, case when email_verified then 'verified' else 'assigned' end, created_at, true, created_at
      from people`,

  // The pepper is known by a digest of it; null for the pepper that was in use before there were ids.
  sql`create table passwords (
    person_id text primary key references people on delete cascade,
    hash text not null,
    pepper_id text,
    changed_at timestamptz not null default auth_now()
  )`,
  sql`insert into passwords (person_id, hash, changed_at)
      select id, password_hash, updated_at from people where password_hash is not null`,
  sql`alter table people drop column email, drop column email_key, drop column email_verified, drop column password_hash`,

  // Who somebody is elsewhere, by the issuer's own words; never by the name that our configuration gives a provider.
  sql`create table identities (
    issuer text not null,
    subject text not null,
    person_id text not null references people on delete cascade,
    created_at timestamptz not null default auth_now(),
    used_at timestamptz,
    primary key (issuer, subject)
  )`,
  sql`create index identities_by_person on identities (person_id)`,

  // One row per passkey, per TOTP secret, per recovery code.
  sql`create table authenticators (
    id text primary key check (id ~ '^authenticator_'),
    person_id text not null references people on delete cascade,
    kind text not null check (kind in ('passkey', 'totp', 'recovery_code')),
    name text,
    -- A passkey's credential id, the hash of a recovery code: found by it, and nobody else's.
    credential text,
    -- A passkey's public key (COSE), a sealed TOTP secret.
    key bytea,
    -- A passkey's signature counter, the time step of the last TOTP code: the next has to be higher.
    counter bigint not null default 0,
    transports text[] not null default '{}',
    backed_up boolean,
    created_at timestamptz not null default auth_now(),
    -- Until its first use has shown that the person can use it, it counts for nothing.
    confirmed_at timestamptz,
    used_at timestamptz,
    -- Set aside after "that wasn't me"; an older authenticator may bring it back.
    suspended_at timestamptz,
    unique (kind, credential),
    check ((credential is not null) = (kind in ('passkey', 'recovery_code'))),
    check ((key is not null) = (kind in ('passkey', 'totp')))
  )`,
  sql`create index authenticators_by_person on authenticators (person_id)`,

  // The key of one installation of one app (RFC 7638 thumbprint); it is nobody else's and speaks for no other app.
  sql`create table device_keys (
    jkt text primary key,
    person_id text not null references people on delete cascade,
    application_id text not null references applications on delete cascade,
    public_jwk jsonb not null,
    -- What vouched for it, if anything did: app_attest, key_attestation, …
    attested_by text,
    attested_at timestamptz,
    created_at timestamptz not null default auth_now(),
    used_at timestamptz
  )`,
  sql`create index device_keys_by_person on device_keys (person_id)`,
  sql`create index device_keys_by_application on device_keys (application_id)`,
]

const BELONGING = [
  // A person at an API, and what they answered to its form.
  sql`create table memberships (
    person_id text not null references people on delete cascade,
    api_id text not null references apis on delete cascade,
    answers jsonb not null default '{}',
    created_at timestamptz not null default auth_now(),
    primary key (person_id, api_id)
  )`,
  sql`create index memberships_by_api on memberships (api_id)`,

  sql`create table groups (
    name text primary key check (name ~ '^[a-z][a-z0-9-]{0,62}$'),
    description text not null default '',
    created_at timestamptz not null default auth_now()
  )`,
  // By each source on its own (the operator, an issuer): what one takes back, another may still give.
  sql`create table group_members (
    person_id text not null references people on delete cascade,
    group_name text not null references groups on delete cascade,
    source text not null default 'operator',
    created_at timestamptz not null default auth_now(),
    primary key (person_id, group_name, source)
  )`,
  sql`create index group_members_by_group on group_members (group_name)`,
]

// The bodies of 0004 that name the table or its column, which PostgreSQL looks up only when they run.
const REVOCATIONS = [
  sql`create or replace function record_epoch_revocation() returns trigger language plpgsql as $$
  begin
    perform lock_revocations();
    insert into revocations (kind, data, at)
    select 'grant', jsonb_build_object('grant_id', family.id), commit_time()
    from refresh_families family
    where family.person_id = new.id and family.auth_epoch >= old.auth_epoch and family.auth_epoch < new.auth_epoch
      and family.revoked_at is null
      and least(family.expires_at, family.idle_expires_at) > auth_now() - interval '1 hour'
    order by family.id;
    return null;
  end $$`,
  sql`create or replace function require_standing_epoch() returns trigger language plpgsql as $$
  begin
    perform pg_advisory_xact_lock_shared(hashtext('revocations'));
    if exists (select from refresh_families where id = new.id) and not exists (
      select from people where id = new.person_id and auth_epoch = new.auth_epoch and status = 'active') then
      raise exception 'the login ended while its tokens were issued' using errcode = 'serialization_failure';
    end if;
    return null;
  end $$`,
]

// By step: the session that it was done in, and when. Visits that are under way go on where they were.
const VISITS = [
  sql`alter table authorization_requests add column steps jsonb not null default '{}'`,
  sql`update authorization_requests set
    steps = jsonb_strip_nulls(jsonb_build_object(
      'deny', case when denied then jsonb_build_object('at', auth_now()) end,
      'switch', case when login_again then jsonb_build_object('at', auth_now()) end,
      'login', case when sign_in is not null
        then jsonb_build_object('session', session_id, 'at', auth_now(), 'signIn', sign_in) end,
      'continue', case when person_confirmed and sign_in is null
        then jsonb_build_object('session', session_id, 'at', auth_now()) end,
      'consent', case when scopes_confirmed then jsonb_build_object('session', session_id, 'at', auth_now()) end)),
    request = case when request ? 'expectedUserId'
      then request - 'expectedUserId' || jsonb_build_object('expectedPersonId', request->'expectedUserId')
      else request end`,
  sql`alter table authorization_requests drop column session_id, drop column sign_in, drop column login_again,
      drop column person_confirmed, drop column scopes_confirmed, drop column denied`,
]
