// The first tables: catalogue, people, authorization requests and codes, refresh-token families, signing keys.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    // The one clock. Tests replace this function; nothing else in the project asks for the time of day.
    sql`create function auth_now() returns timestamptz language sql stable as 'select now()'`,

    sql`create table apis (
      id text primary key check (id ~ '^[a-z][a-z0-9-]{0,62}$'),
      name text not null,
      resource text not null unique,
      created_at timestamptz not null default auth_now()
    )`,
    sql`create table api_scopes (
      api_id text not null references apis on delete cascade,
      name text not null check (name ~ '^[!-~]{1,128}$' and position('"' in name) = 0 and position(chr(92) in name) = 0),
      description text not null,
      primary key (api_id, name)
    )`,
    sql`create table plans (
      name text primary key check (name ~ '^[a-z][a-z0-9-]{0,62}$'),
      description text not null default ''
    )`,
    sql`create table api_plans (
      api_id text not null references apis on delete cascade,
      plan text not null references plans,
      primary key (api_id, plan)
    )`,
    // A client can never carry an id that could pass for a user's (RFC 9700 §4.15).
    sql`create table applications (
      id text primary key check (id ~ '^app_'),
      client_id text not null unique check (client_id !~ '^usr_' and client_id ~ '^[A-Za-z0-9._~-]{1,128}$'),
      name text not null,
      kind text not null check (kind in ('native', 'web', 'browser')),
      redirect_uris text[] not null default '{}',
      refresh_idle interval not null default '30 days',
      refresh_absolute interval not null default '365 days',
      created_at timestamptz not null default auth_now()
    )`,
    sql`create table subscriptions (
      id text primary key check (id ~ '^sub_'),
      application_id text not null references applications on delete cascade,
      api_id text not null,
      plan text not null,
      trusted boolean not null default false,
      scopes text[] not null,
      status text not null check (status in ('pending', 'approved')),
      created_at timestamptz not null default auth_now(),
      unique (application_id, api_id),
      foreign key (api_id, plan) references api_plans
    )`,

    sql`create table users (
      id text primary key check (id ~ '^usr_'),
      email text not null,
      email_key text not null unique,
      name text,
      password_hash text,
      auth_epoch integer not null default 1,
      status text not null default 'active' check (status in ('active', 'suspended')),
      created_at timestamptz not null default auth_now()
    )`,
    sql`create table sessions (
      token_hash text primary key,
      id text not null unique,
      user_id text not null references users on delete cascade,
      auth_epoch integer not null,
      acr text not null,
      auth_time timestamptz not null default auth_now(),
      expires_at timestamptz not null
    )`,
    sql`create index sessions_by_user on sessions (user_id)`,
    sql`create index sessions_by_expiry on sessions (expires_at)`,
    sql`create table consents (
      user_id text not null references users on delete cascade,
      application_id text not null references applications on delete cascade,
      api_id text not null references apis on delete cascade,
      scopes text[] not null,
      given_at timestamptz not null default auth_now(),
      primary key (user_id, application_id, api_id)
    )`,

    // One row per visit to /authorize: what was asked, and what the person at the browser has done about it.
    sql`create table authorization_requests (
      id text primary key,
      browser_hash text not null,
      application_id text not null references applications on delete cascade,
      api_id text not null references apis on delete cascade,
      request jsonb not null,
      session_id text,
      login_again boolean not null default false,
      person_confirmed boolean not null default false,
      scopes_confirmed boolean not null default false,
      denied boolean not null default false,
      expires_at timestamptz not null,
      completed_at timestamptz
    )`,
    sql`create index authorization_requests_by_expiry on authorization_requests (expires_at)`,

    // One row per installation of an app in use: the refresh-token state machine (see tokens/refresh-token.ts).
    sql`create table refresh_families (
      id text primary key check (id ~ '^grant_'),
      user_id text not null references users on delete cascade,
      auth_epoch integer not null,
      application_id text not null references applications on delete cascade,
      api_id text not null references apis on delete cascade,
      session_id text not null,
      scopes text[] not null,
      acr text not null,
      auth_time timestamptz not null,
      generation integer not null,
      current_hash text not null,
      previous_hash text,
      sealed_successor bytea,
      spent_at timestamptz,
      recovered_at timestamptz,
      created_at timestamptz not null default auth_now(),
      used_at timestamptz not null default auth_now(),
      idle_expires_at timestamptz not null,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      revoked_because text
    )`,
    sql`create index refresh_families_by_user on refresh_families (user_id)`,
    sql`create index refresh_families_by_expiry on refresh_families (expires_at)`,

    sql`create table authorization_codes (
      code_hash text primary key,
      application_id text not null references applications on delete cascade,
      api_id text not null references apis on delete cascade,
      user_id text not null references users on delete cascade,
      auth_epoch integer not null,
      session_id text not null,
      acr text not null,
      auth_time timestamptz not null,
      redirect_uri text not null,
      code_challenge text not null,
      scopes text[] not null,
      nonce text,
      wrong_verifiers integer not null default 0,
      expires_at timestamptz not null,
      consumed_at timestamptz,
      family_id text
    )`,
    sql`create index authorization_codes_by_expiry on authorization_codes (expires_at)`,

    sql`create table signing_keys (
      kid text primary key,
      alg text not null,
      public_jwk jsonb not null,
      private_jwe text not null,
      created_at timestamptz not null default auth_now(),
      signs_from timestamptz not null default auth_now()
    )`,
  ]
  for (const statement of statements) await statement.execute(db)
}
