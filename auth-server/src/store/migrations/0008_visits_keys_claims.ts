// A pushed request may be opened until one of its visits ends; any client may have keys; claims in ID tokens.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    // No foreign key: the pushed request may be removed first, and a visit whose request is gone cannot end any more.
    sql`alter table authorization_requests add column pushed_uri_hash text`,
    sql`create index authorization_requests_by_pushed_uri on authorization_requests (pushed_uri_hash)
      where pushed_uri_hash is not null`,
    // RFC 7591 §2: any client may register keys; one that authenticates by them has to.
    sql`alter table applications
      drop constraint one_way_to_authenticate,
      add constraint one_way_to_authenticate check (
        (client_secret_hash is not null) = (token_endpoint_auth_method in ('client_secret_basic', 'client_secret_post'))
        and (jwks is not null or token_endpoint_auth_method <> 'private_key_jwt'))`,
    // Whether ID tokens carry the claims of the scopes profile and email, which userinfo tells anyway.
    sql`alter table applications add column claims_in_id_token boolean not null default false`,
  ]
  for (const statement of statements) await statement.execute(db)
}
