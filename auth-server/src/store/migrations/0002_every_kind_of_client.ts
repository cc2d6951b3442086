// OpenID Connect, confidential clients and machines, pushed requests, DPoP, logout notices, rotating signing keys.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    // Names are those of RFC 7591 §2 where it has one. A client with neither secret nor key is public.
    sql`alter table applications
      add column token_endpoint_auth_method text not null default 'none'
        check (token_endpoint_auth_method in ('none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt')),
      add column client_secret_hash text,
      add column jwks jsonb,
      add column grant_types text[] not null default '{authorization_code,refresh_token}',
      add column pkce_required boolean not null default true,
      add column require_pushed_authorization_requests boolean not null default false,
      add column dpop_bound_access_tokens boolean not null default false,
      add column id_token_signed_response_alg text not null default 'ES256',
      add column access_token_signing_alg text not null default 'ES256',
      add column post_logout_redirect_uris text[] not null default '{}',
      add column backchannel_logout_uri text,
      add constraint one_way_to_authenticate check (
        (client_secret_hash is not null) = (token_endpoint_auth_method in ('client_secret_basic', 'client_secret_post'))
        and (jwks is not null) = (token_endpoint_auth_method = 'private_key_jwt')),
      -- OAuth 2.1 §7.5.1: without PKCE only a confidential client that uses the nonce of OpenID Connect.
      add constraint public_clients_use_pkce check (pkce_required or token_endpoint_auth_method <> 'none')`,

    sql`alter table users
      add column email_verified boolean not null default false,
      add column updated_at timestamptz not null default auth_now()`,

    // A code of a client that uses nonce instead of PKCE has no challenge.
    sql`alter table authorization_codes alter column code_challenge drop not null, add column dpop_jkt text`,
    sql`alter table refresh_families add column dpop_jkt text, add column name text`,
    sql`create index refresh_families_by_session on refresh_families (session_id)`,
    sql`create index authorization_codes_by_session on authorization_codes (session_id)`,

    // RFC 9126: what a client pushed, waiting for one use at /authorize.
    sql`create table pushed_requests (
      uri_hash text primary key,
      application_id text not null references applications on delete cascade,
      parameters text not null,
      dpop_jkt text,
      expires_at timestamptz not null,
      used_at timestamptz
    )`,
    sql`create index pushed_requests_by_expiry on pushed_requests (expires_at)`,

    // Once-only identifiers of client assertions and DPoP proofs; the key settles the race between two uses.
    sql`create table used_jtis (
      jti_hash text primary key,
      expires_at timestamptz not null
    )`,
    sql`create index used_jtis_by_expiry on used_jtis (expires_at)`,

    // RFC 7591 §3: who may register a client.
    sql`create table initial_access_tokens (
      token_hash text primary key,
      note text not null,
      remaining_uses integer not null check (remaining_uses >= 0),
      expires_at timestamptz not null
    )`,

    // OpenID Connect Back-Channel Logout: notices on their way, tried again until they arrive or grow old.
    sql`create table logout_notices (
      id text primary key,
      application_id text not null references applications on delete cascade,
      user_id text not null,
      session_id text not null,
      attempts integer not null default 0,
      next_attempt_at timestamptz not null default auth_now(),
      expires_at timestamptz not null
    )`,
    sql`create index logout_notices_due on logout_notices (next_attempt_at)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
