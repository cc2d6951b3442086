// Trials of sign-ins: an application's whole flow, played in the browser of one of its developers (Try it).
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table trials (
    id text primary key,
    browser_hash text not null,
    state_hash text not null unique,
    -- The developer, who alone can sign in in it; null on a development machine.
    person_id text references people on delete cascade,
    application_id text not null references applications on delete cascade,
    expires_at timestamptz not null,
    asked_at timestamptz,
    answered_at timestamptz,
    family_id text,
    calls integer not null default 0,
    revision integer not null default 0,
    sealed text not null
  )`.execute(db)
  await sql`create index trials_by_browser on trials (browser_hash)`.execute(db)
  await sql`create index trials_by_person on trials (person_id)`.execute(db)
  await sql`create index trials_by_application on trials (application_id)`.execute(db)
  await sql`create index trials_by_expiry on trials (expires_at)`.execute(db)
  // Whatever ends a trial ends what it was given. The application itself never heard of the login, so it is told nothing
  // of its end (see 0035).
  await sql`create function end_trial() returns trigger language plpgsql as $$
  begin
    update refresh_families set revoked_at = auth_now(), revoked_because = 'revoked by the client'
    where id = old.family_id and revoked_at is null;
    return null;
  end $$`.execute(db)
  await sql`create trigger trials_end after delete on trials for each row when (old.family_id is not null)
            execute function end_trial()`.execute(db)
}
