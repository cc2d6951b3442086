// Rows of plans: names that APIs offer and subscriptions choose.
import type { TableDeclaration } from '../declaration.ts'

export interface Plans {
  name: string
}

export const PLANS: TableDeclaration<Plans> = {
  purpose: 'The names of the plans; their limits stand in kong.yml.',
  lifetime: { kept: 'Part of the catalogue.' },
  people: { nobody: 'Describes APIs.' },
}
