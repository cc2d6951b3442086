// APIs as developers meet them: a resource URI, scopes in words, the plans on offer. Limits of plans live in kong.yml.
import { sql } from 'kysely'
import type { Db, Trx } from '../store/database.ts'

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

/** Creates an API or brings it up to this definition. */
export async function defineApi(db: Db | Trx, api: ApiDefinition): Promise<void> {
  await db
    .insertInto('apis')
    .values({ id: api.id, name: api.name, resource: api.resource })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ name: api.name, resource: api.resource }))
    .execute()
  const scopes = Object.entries(api.scopes).map(([name, description]) => ({ api_id: api.id, name, description }))
  await db
    .insertInto('api_scopes')
    .values(scopes)
    .onConflict((conflict) =>
      conflict.columns(['api_id', 'name']).doUpdateSet({ description: sql<string>`excluded.description` }),
    )
    .execute()
  const plans = api.plans.map((name) => ({ name }))
  await db
    .insertInto('plans')
    .values(plans)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const offered = api.plans.map((plan) => ({ api_id: api.id, plan }))
  await db
    .insertInto('api_plans')
    .values(offered)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
