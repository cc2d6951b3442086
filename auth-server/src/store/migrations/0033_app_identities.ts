// What the systems of phones know an application by, from which links, passkey origins and attestation follow.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table app_identities (
    application_id text primary key references applications on delete cascade,
    android_package text,
    android_digests text[] not null default '{}',
    apple_team text,
    apple_bundle text,
    passkeys boolean not null,
    created_at timestamptz not null default auth_now(),
    check ((android_package is null) = (android_digests = '{}')),
    check ((apple_team is null) = (apple_bundle is null)),
    check (android_package is not null or apple_team is not null)
  )`.execute(db)
}
