// Rows of APIs.
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface Apis {
  id: string
  name: string
  resource: string
  created_at: Defaulted<Date>
}

export const APIS = {
  purpose: 'The APIs that apps call with our tokens.',
  lifetime: { kept: 'Part of the catalogue, which developers edit.' },
  people: { nobody: 'Describes APIs.' },
} satisfies TableDeclaration<Apis>

/** Finds an API by its short name. */
export async function findApi(db: Db, id: string): Promise<Readonly<{ id: string; resource: string }> | undefined> {
  return db.selectFrom('apis').where('id', '=', id).select(['id', 'resource']).executeTakeFirst()
}
