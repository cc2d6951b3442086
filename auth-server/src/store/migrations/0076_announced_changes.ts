// That a secret was used changes nothing of what the server remembers of clients: it is not announced any more.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`do $$
    declare columns text := (select string_agg(quote_ident(attname), ', ') from pg_attribute
      where attrelid = 'applications'::regclass and attnum > 0 and not attisdropped
        and attname not in ('secret_used_at', 'previous_secret_used_at'));
    begin
      drop trigger announced on applications;
      execute format('create trigger announced after insert or delete or truncate or update of %s on applications
        for each statement execute function announce_catalogue()', columns);
    end $$`.execute(db)
}
