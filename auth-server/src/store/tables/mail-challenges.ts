// What was mailed to an address, so that whoever reads it there can prove it; neither link nor code is kept.
import { type SqlBool, sql } from 'kysely'
import type { Defaulted, RowsByCondition, TableDeclaration } from '../declaration.ts'
import type { MailPurpose } from '../mail-purpose.ts'

/** Wrong codes that one mail takes; after that only its link counts. */
export const MAX_WRONG_CODES = 5

export interface MailChallenges {
  id: string
  purpose: MailPurpose
  /** The canonical form of the address that it went to. */
  email_key: string
  address: string
  /** Whose account it is about; null while there is none. */
  person_id: string | null
  /** The person's when it was made: with the next epoch it is of no use any more. */
  auth_epoch: number | null
  change_id: string | null
  /** The visit that it was asked for in. */
  request_id: string | null
  /** Of the secret of the browser that asked: it alone can prove the address by code. */
  browser_hash: string | null
  code_attempts: Defaulted<number>
  created_at: Defaulted<Date>
  expires_at: Date
  proven_at: Date | null
  /** Of the secret of the browser that proved the address: it alone can go on. */
  proven_hash: string | null
  consumed_at: Date | null
}

const OF_PERSON: RowsByCondition = {
  words: 'of the account, and those sent to a proven address of the person',
  where: ({ personId, emails }) => sql<SqlBool>`(person_id = ${personId} or email_key = any(${[...emails]}))`,
}

export const MAIL_CHALLENGES: TableDeclaration<MailChallenges> = {
  purpose: 'What was mailed to an address, so that whoever reads it there can prove that it is theirs.',
  lifetime: { until: 'it expires', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: {
    exported: {
      rows: OF_PERSON,
      columns: {
        id: 'internal',
        purpose: 'exported',
        email_key: 'repeated',
        address: 'exported',
        person_id: 'owner',
        auth_epoch: 'internal',
        change_id: 'internal',
        request_id: 'internal',
        browser_hash: 'secret',
        code_attempts: 'internal',
        created_at: 'exported',
        expires_at: 'exported',
        proven_at: 'exported',
        proven_hash: 'secret',
        consumed_at: 'exported',
      },
    },
    erased: { deleted: OF_PERSON },
  },
}
