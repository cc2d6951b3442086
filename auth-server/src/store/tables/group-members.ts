// Who is in which group, by the word of each source on its own.
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface GroupMembers {
  person_id: string
  group_name: string
  /** Who says so: `operator`, or an issuer. What one takes back, another may still give. */
  source: Defaulted<string>
  created_at: Defaulted<Date>
}

export const GROUP_MEMBERS: TableDeclaration<GroupMembers> = {
  purpose: 'Who is in which group.',
  lifetime: { kept: 'Until who said so takes it back; goes with the person or the group.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        group_name: 'exported',
        source: 'exported',
        created_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}
