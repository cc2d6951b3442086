// Groups of people, which APIs can ask for.
import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import type { ManagedBy } from '../managed-by.ts'

export interface Groups {
  name: string
  description: Defaulted<string>
  created_at: Defaulted<Date>
  managed_by: Defaulted<ManagedBy>
}

export const GROUPS: TableDeclaration<Groups> = {
  purpose: 'The groups that people can be in.',
  lifetime: { kept: 'Until the operator takes it away.' },
  people: { nobody: 'Who is in a group stands in `group_members`.' },
}

/** Those of some names that no group has. */
export async function findMissingGroups(db: Db, names: readonly string[]): Promise<readonly string[]> {
  // PostgreSQL stores no NUL.
  const possible = names.filter((name) => !name.includes('\0'))
  const { rows } = await sql<{ name: string }>`select name from groups where name = any(${possible})`.execute(db)
  const known = new Set(rows.map(({ name }) => name))
  return names.filter((name) => !known.has(name))
}
