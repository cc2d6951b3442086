// Rows of APIs.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { TableDeclaration } from '../declaration.ts'

export interface Apis {
  id: string
  name: string
  resource: string
  suspended_at: Date | null
}

export const APIS: TableDeclaration<Apis> = {
  purpose: 'The APIs that apps call with our tokens.',
  lifetime: { kept: 'Part of the catalogue, which developers edit.' },
  people: { nobody: 'Describes APIs.' },
}

/** An API as developers meet it. */
export interface ApiDefinition {
  /** Short name, also in URLs: `mobile-api`. */
  readonly id: string
  readonly name: string
  /** The `aud` of its tokens: an absolute URI without fragment (RFC 8707 §2). */
  readonly resource: string
  /** Scope name → what it allows, in words for the person who is asked. */
  readonly scopes: Readonly<Record<string, string>>
  readonly plans: readonly string[]
}

/** Creates an API with its scopes and plans, or brings it up to the definition, in one statement. Nothing is taken away. */
export async function upsertApi(db: Db | Trx, { id, name, resource, scopes, plans }: ApiDefinition): Promise<void> {
  await sql`
    with api as (
      insert into apis (id, name, resource) values (${id}, ${name}, ${resource})
      on conflict (id) do update set name = excluded.name, resource = excluded.resource
    ), scope as (
      insert into api_scopes (api_id, name, description)
      select ${id}, name, description
      from unnest(${Object.keys(scopes)}::text[], ${Object.values(scopes)}::text[]) as scope (name, description)
      on conflict (api_id, name) do update set description = excluded.description
    ), plan as (
      insert into plans (name) select unnest(${[...plans]}::text[]) on conflict do nothing
    )
    insert into api_plans (api_id, plan) select ${id}, unnest(${[...plans]}::text[])
    on conflict do nothing`.execute(db)
}

/** Finds an API by its short name. */
export async function findApi(db: Db, id: string): Promise<Readonly<{ id: string; resource: string }> | undefined> {
  return db.selectFrom('apis').where('id', '=', id).select(['id', 'resource']).executeTakeFirst()
}
