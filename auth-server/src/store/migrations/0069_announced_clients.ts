// What the server remembers of clients for a second is announced when it changes; ended clients are refused a second longer for it.
import { type Kysely, sql } from 'kysely'

/** The tables that `findClient` reads, but for attempts. */
const TABLES = ['applications', 'subscriptions', 'apis', 'api_scopes']

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create function announce_catalogue() returns trigger language plpgsql as $$
    begin
      perform pg_notify('catalogue', '');
      return null;
    end $$`.execute(db)
  for (const table of TABLES)
    await sql`create trigger announced after insert or update or delete or truncate on ${sql.id(table)}
      for each statement execute function announce_catalogue()`.execute(db)
  // As in 0004, with room for one more second: an instance that cannot hear of the end goes on by what it remembers.
  await sql`create or replace function record_client_revocation(client text, audience text) returns void language plpgsql as $$
    begin
      perform lock_revocations();
      insert into revocations (kind, data, at)
      values ('client', jsonb_strip_nulls(jsonb_build_object('client_id', client, 'aud', audience,
        'issued_until', floor(extract(epoch from commit_time()))::bigint + 3)), commit_time());
    end $$`.execute(db)
}
