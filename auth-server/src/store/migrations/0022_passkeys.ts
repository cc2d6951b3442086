// Passkeys: what a browser has to sign next, and who does not want to be asked for one again so soon.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // One for each ceremony of a visit or a session: asked for again, it is the same until it is used or about to expire.
  await sql`create table passkey_challenges (
    ceremony text not null check (ceremony in ('sign-in', 'second-factor', 'registration', 'conditional-registration')),
    -- The visit or the session that it is for.
    holder text not null,
    person_id text references people on delete cascade,
    challenge text not null,
    expires_at timestamptz not null,
    primary key (holder, ceremony),
    -- At sign-in nobody knows yet who it will be.
    check ((person_id is null) = (ceremony = 'sign-in'))
  )`.execute(db)
  await sql`create index passkey_challenges_by_person on passkey_challenges (person_id)`.execute(db)
  await sql`create index passkey_challenges_by_expiry on passkey_challenges (expires_at)`.execute(db)
  await sql`alter table people add column passkey_declined_at timestamptz`.execute(db)
}
