// Sign-ins that administrators only try at an identity provider: beside those of visits, so that neither becomes the other.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table provider_trials (
    person_id text not null references people on delete cascade,
    provider text not null,
    -- Of the browser in which it was begun, and of the portal there.
    session_id text not null,
    browser_hash text not null,
    state_hash text not null unique,
    expires_at timestamptz not null,
    returned_at timestamptz,
    posted text,
    -- What came back, encrypted.
    sealed text,
    primary key (person_id, provider),
    check (sealed is null or returned_at is not null)
  )`.execute(db)
  await sql`create index provider_trials_by_expiry on provider_trials (expires_at)`.execute(db)
}
