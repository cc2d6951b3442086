// Invitations to work on an application, or to own it: by mail, and of use to whoever has proven that address.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table application_invitations (
      id text primary key,
      application_id text not null references applications (id) on delete cascade,
      email_key text not null,
      address text not null,
      role text not null check (role in ('owner', 'collaborator')),
      hands_over boolean not null,
      invited_by text references people (id) on delete cascade,
      challenge_id text not null unique,
      created_at timestamptz not null default auth_now(),
      expires_at timestamptz not null,
      ended_at timestamptz
    )`,
    sql`create unique index application_invitations_open on application_invitations (application_id, email_key)
        where ended_at is null`,
    sql`create index application_invitations_by_address on application_invitations (email_key)`,
    sql`create index application_invitations_by_inviter on application_invitations (invited_by)`,
    sql`create index application_invitations_by_expiry on application_invitations (expires_at)`,
  ]
  for (const statement of statements) await statement.execute(db)
}
