// The two secrets that a client may have: since when each is there, and when it was last used.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table applications
    add column secret_created_at timestamptz,
    add column secret_used_at timestamptz,
    add column previous_secret_created_at timestamptz,
    add column previous_secret_used_at timestamptz`.execute(db)
  // Whoever changes the secret and does not say since when it is there, an import of the file among them, means now.
  await sql`create function date_secret() returns trigger language plpgsql as $$
  begin
    if tg_op = 'INSERT' then
      if new.client_secret_hash is not null then new.secret_created_at := auth_now(); end if;
    elsif new.client_secret_hash is distinct from old.client_secret_hash
      and new.secret_created_at is not distinct from old.secret_created_at then
      new.secret_created_at := case when new.client_secret_hash is not null then auth_now() end;
      new.secret_used_at := null;
    end if;
    return new;
  end $$`.execute(db)
  await sql`create trigger secret_dated before insert or update of client_secret_hash on applications
            for each row execute function date_secret()`.execute(db)
}
