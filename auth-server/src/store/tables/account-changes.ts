// Changes of an account that its owner is written about, and can take back for a while.
import { sql } from 'kysely'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'

export interface AccountChanges {
  /** `change_…` */
  id: string
  person_id: string
  kind: string
  /** What was changed: an authenticator's id, the key of an address. */
  subject: string | null
  details: Json<Readonly<Record<string, unknown>>>
  at: Defaulted<Date>
  expires_at: Date
  undone_at: Date | null
}

export const ACCOUNT_CHANGES: TableDeclaration<AccountChanges> = {
  purpose: 'Changes of an account that its owner is written about, and can take back.',
  lifetime: { until: 'they can be taken back no more', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        id: 'internal',
        person_id: 'owner',
        kind: 'exported',
        subject: 'exported',
        details: 'exported',
        at: 'exported',
        expires_at: 'exported',
        undone_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}
