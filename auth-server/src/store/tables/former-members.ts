// Who was one of the people of an application, and until when.
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface FormerMembers {
  application_id: string
  person_id: string
  /** The last time, where they left more than once. */
  left_at: Defaulted<Date>
}

export const FORMER_MEMBERS: TableDeclaration<FormerMembers> = {
  purpose: 'Who was one of the people of an application: they decide on nothing that it asked for meanwhile.',
  lifetime: { kept: 'Goes with the application, or with the person.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: { application_id: 'exported', person_id: 'owner', left_at: 'exported' },
    },
    erased: { cascade: 'people' },
  },
}
