// Scopes of an API in words that a person understands.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { openScopes } from '../sql.ts'

export interface ApiScopes {
  api_id: string
  name: string
  description: string
  /** The group that it is for; null: for everybody. */
  required_group: string | null
  /** Whether guests may have it, where the API admits any. */
  for_guests: Defaulted<boolean>
}

export const API_SCOPES: TableDeclaration<ApiScopes> = {
  purpose: 'The scopes of each API, in words for the person who is asked.',
  lifetime: { kept: 'Part of the catalogue; goes with its API.' },
  people: { nobody: 'Describes APIs.' },
}

/** Of these names those that are not withheld from a person, who is not in the group that a scope asks for. */
export async function findOpenScopes(
  db: Db,
  { personId, apiId, names }: Readonly<{ personId: string; apiId: string; names: readonly string[] }>,
): Promise<readonly string[]> {
  const { rows } = await sql<{ open: readonly string[] }>`
    select ${openScopes(sql`${[...names]}::text[]`, sql`${apiId}`, sql`${personId}`)} as open`.execute(db)
  return rows[0]?.open ?? []
}

/** A scope, and what it allows in words for the person who is asked. */
export interface ScopeOffer {
  readonly name: string
  readonly description: string
}

export async function describeScopes(db: Db, apiId: string, names: readonly string[]): Promise<readonly ScopeOffer[]> {
  return (
    db
      .selectFrom('api_scopes')
      .where('api_id', '=', apiId)
      // Unlike `in`, `any` also takes no names at all.
      .where(({ eb, fn, val }) => eb('name', '=', fn.any(val([...names]))))
      .orderBy('name')
      .select(['name', 'description'])
      .execute()
  )
}
