// Groups of people, which APIs can ask for.
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface Groups {
  name: string
  description: Defaulted<string>
  created_at: Defaulted<Date>
}

export const GROUPS: TableDeclaration<Groups> = {
  purpose: 'The groups that people can be in.',
  lifetime: { kept: 'Until the operator takes it away.' },
  people: { nobody: 'Who is in a group stands in `group_members`.' },
}
