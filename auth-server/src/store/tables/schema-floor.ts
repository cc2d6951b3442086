// The migration that releases without it cannot live with; see migrate.ts.
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface SchemaFloor {
  single: Defaulted<boolean>
  migration: string
}

export const SCHEMA_FLOOR: TableDeclaration<SchemaFloor> = {
  purpose: 'The oldest release that can work with this database.',
  lifetime: { kept: 'One row at most.' },
  people: { nobody: 'The name of a migration.' },
}
