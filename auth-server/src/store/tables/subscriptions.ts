// Rows of subscriptions: what an application may do with an API.
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface Subscriptions {
  id: string
  application_id: string
  api_id: string
  plan: string
  trusted: Defaulted<boolean>
  scopes: string[]
  status: 'pending' | 'approved'
  created_at: Defaulted<Date>
}

export const SUBSCRIPTIONS = {
  purpose: 'Which application may use which API, with which scopes and on which plan.',
  lifetime: { kept: 'Part of the catalogue; goes with its application.' },
  people: { nobody: 'Describes apps, not those who use them.' },
} satisfies TableDeclaration<Subscriptions>
