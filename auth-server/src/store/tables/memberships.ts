// People at APIs: who has registered with which, and what they answered to its form.
import type { ColumnType } from 'kysely'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface Memberships {
  person_id: string
  api_id: string
  answers: ColumnType<Readonly<Record<string, unknown>>, string | undefined, string>
  created_at: Defaulted<Date>
}

export const MEMBERSHIPS: TableDeclaration<Memberships> = {
  purpose: 'The registrations of people with APIs, and their answers to the form of each.',
  lifetime: { kept: 'Until the person leaves; goes with the person or the API.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        api_id: 'exported',
        answers: 'exported',
        created_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}
