// Scopes of an API in words that a person understands.
import type { ScopeOffer } from './clients.ts'
import type { Db } from './database.ts'

export const describeScopes = async (db: Db, apiId: string, names: readonly string[]): Promise<readonly ScopeOffer[]> =>
  db
    .selectFrom('api_scopes')
    .where('api_id', '=', apiId)
    .where('name', 'in', [...names])
    .orderBy('name')
    .select(['name', 'description'])
    .execute()
