// Providers that want to hear when a link ends (Sign in with Apple): the token to be revoked there stands with the identity, and goes to the outbox with its end.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table identities add column sealed_token text`.execute(db)
  // Of who came back and waits to be linked.
  await sql`alter table upstream_logins add column sealed_token text`.execute(db)
  // Whatever ends it: unlinking, an erasure, a merge. Nobody's by then, so it names nobody.
  await sql`create function revoke_upstream_token() returns trigger language plpgsql as $$
  begin
    insert into outbox (id, kind, receiver, payload, expires_at)
    values (replace(gen_random_uuid()::text, '-', ''), 'provider-revocation', old.issuer,
            jsonb_build_object('issuer', old.issuer, 'sealed', old.sealed_token), auth_now() + interval '7 days');
    if tg_op = 'DELETE' then return old; end if;
    new.sealed_token := null;
    return new;
  end $$`.execute(db)
  await sql`create trigger deleted_identity_is_revoked before delete on identities for each row
    when (old.sealed_token is not null) execute function revoke_upstream_token()`.execute(db)
  await sql`create trigger removed_identity_is_revoked before update of removed_at on identities for each row
    when (old.sealed_token is not null and old.removed_at is null and new.removed_at is not null)
    execute function revoke_upstream_token()`.execute(db)
}
