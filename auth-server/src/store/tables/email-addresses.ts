// The addresses of people: any number each, of which only the proven ones count.
import { sql } from 'kysely'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface EmailAddresses {
  person_id: string
  /** The canonical form (see identity/email.ts); of the proven ones nobody else has the same. */
  key: string
  address: string
  /**
   * `assigned` by the operator, or `verified` by the person, which alone apps hear of (`email_verified`). Without either
   * the address signs nobody in, and keeps nobody else from having it.
   */
  proof: 'assigned' | 'verified' | null
  proven_at: Date | null
  /** The one that apps and pages are told. */
  is_primary: Defaulted<boolean>
  created_at: Defaulted<Date>
  /** Taken away, or set aside after "that wasn't me"; it has no proof then, and can get it back for a while. */
  removed_at: Date | null
  suspended_at: Date | null
}

export const EMAIL_ADDRESSES: TableDeclaration<EmailAddresses> = {
  purpose: 'The e-mail addresses by which people sign in and are written to.',
  lifetime: {
    until: '72 hours after the person has taken it away, while that can be undone; goes with the person',
    obsolete: sql`removed_at < auth_now() - interval '72 hours'`,
    indexed: true,
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        person_id: 'owner',
        key: 'repeated',
        address: 'exported',
        proof: 'exported',
        proven_at: 'exported',
        is_primary: 'exported',
        created_at: 'exported',
        removed_at: 'exported',
        suspended_at: 'exported',
      },
    },
    erased: { cascade: 'people' },
  },
}
