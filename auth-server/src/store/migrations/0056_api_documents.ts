// The OpenAPI document of an API, and whether developers are offered the API: seen, and open to new subscriptions.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`alter table apis add column offer text not null default 'open' check (offer in ('open', 'deprecated', 'hidden'))`,
    sql`create table api_documents (
      api_id text primary key references apis (id) on delete cascade,
      document text not null check (octet_length(document) <= 524288),
      format text not null check (format in ('json', 'yaml')),
      openapi text not null,
      title text not null,
      version text not null,
      sha256 text not null,
      changed_at timestamptz not null default auth_now()
    )`,
  ]
  for (const statement of statements) await statement.execute(db)
}
