// Which API offers which plan.
import type { TableDeclaration } from '../declaration.ts'

export interface ApiPlans {
  api_id: string
  plan: string
}

export const API_PLANS: TableDeclaration<ApiPlans> = {
  purpose: 'Which plans each API offers.',
  lifetime: { kept: 'Part of the catalogue; goes with its API.' },
  people: { nobody: 'Describes APIs.' },
}
