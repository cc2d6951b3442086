// Subjects that were somebody's: the database gives none of them to anybody again.
import type { TableDeclaration } from '../declaration.ts'

export interface RetiredSubjects {
  id_hash: Buffer
  retired_at: Date
}

export const RETIRED_SUBJECTS: TableDeclaration<RetiredSubjects> = {
  purpose: 'Hashes of the ids of people who are gone, so that nobody ever gets one of them again.',
  lifetime: { kept: 'Backends may still keep data by such an id.' },
  people: { nobody: 'A hash of a random id, which leads nowhere once the person is gone.' },
}
