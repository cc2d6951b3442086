// Rows of plans: names that APIs offer and subscriptions choose.
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import type { ManagedBy } from '../managed-by.ts'

export interface Plans {
  name: string
  managed_by: Defaulted<ManagedBy>
}

export const PLANS: TableDeclaration<Plans> = {
  purpose: 'The names of the plans; their limits stand in kong.yml.',
  lifetime: { kept: 'Part of the catalogue.' },
  people: { nobody: 'Describes APIs.' },
}
