// Who is invited to work on an application, or to own it, by address.
import { type SqlBool, sql } from 'kysely'
import type { Defaulted, RowsByCondition, TableDeclaration } from '../declaration.ts'
import type { MemberRole } from './application-members.ts'

export interface ApplicationInvitations {
  id: string
  application_id: string
  /** The canonical form of the address (see identity/email.ts). */
  email_key: string
  address: string
  role: MemberRole
  /** Whoever invites is a collaborator from then on. */
  hands_over: boolean
  /** The owner who invites; null where an administrator's machine or the operator does. */
  invited_by: string | null
  /** Whose link the mail has. */
  challenge_id: string
  created_at: Defaulted<Date>
  expires_at: Date
  /** Accepted or withdrawn. */
  ended_at: Date | null
}

const OF_INVITED: RowsByCondition = {
  words: 'by an address that is proven to be theirs',
  where: ({ emails }) => sql<SqlBool>`email_key = any(${[...emails]}::text[])`,
}

const COLUMNS = {
  id: 'internal',
  application_id: 'exported',
  email_key: 'repeated',
  address: 'exported',
  role: 'exported',
  hands_over: 'exported',
  invited_by: 'internal',
  challenge_id: 'internal',
  created_at: 'exported',
  expires_at: 'exported',
  ended_at: 'exported',
} as const

export const APPLICATION_INVITATIONS: TableDeclaration<ApplicationInvitations> = {
  purpose: 'Who is invited to work on an application, or to own it, by address.',
  lifetime: { until: 'it expires', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: {
    exported: [
      { rows: OF_INVITED, columns: COLUMNS },
      { rows: 'invited_by', columns: { ...COLUMNS, invited_by: 'owner' } },
    ],
    erased: [{ deleted: OF_INVITED }, { deleted: 'invited_by' }],
  },
}
