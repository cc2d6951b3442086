// What people have allowed so far and in which words, also after they took it back.
import type { GeneratedAlways } from 'kysely'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface ConsentHistory {
  id: GeneratedAlways<string>
  person_id: string
  application_id: string
  api_id: string
  scopes: string[]
  /** Of the words that the person read, and their language. */
  text_version: string
  language: string
  given_at: Defaulted<Date>
  withdrawn_at: Date | null
}

export const CONSENT_HISTORY: TableDeclaration<ConsentHistory> = {
  purpose: 'What people have allowed applications so far, in which words, and until when.',
  lifetime: { kept: 'It shows that somebody was asked; goes with the person or the application.' },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        id: 'internal',
        person_id: 'owner',
        application_id: 'exported',
        api_id: 'exported',
        scopes: 'exported',
        text_version: 'exported',
        language: 'exported',
        given_at: 'exported',
        withdrawn_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}
