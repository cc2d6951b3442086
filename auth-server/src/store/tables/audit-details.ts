// Where the request of an audit event came from; kept for a while only.
import { type SqlBool, sql } from 'kysely'
import type { Defaulted, RowsByCondition, TableDeclaration } from '../declaration.ts'

export interface AuditDetails {
  event_seq: string
  address: string | null
  user_agent: string | null
  expires_at: Date
  /** Of its hash in the chain (audit-seals.ts); null until it is sealed. */
  salt: Defaulted<string | null>
}

const OF_PERSON: RowsByCondition = {
  words: 'of what the person did, by the pseudonym of whoever did it',
  where: ({ pseudonym }) => sql<SqlBool>`event_seq in (
    select seq from audit_events where person = ${pseudonym}::uuid and actor is null and actor_application_id is null
      or actor = ${pseudonym}::uuid)`,
}

export const AUDIT_DETAILS: TableDeclaration<AuditDetails> = {
  purpose: 'From which address and with which browser or app something of the audit log was done.',
  lifetime: { until: '90 days have passed', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: {
    exported: {
      rows: OF_PERSON,
      columns: {
        event_seq: 'exported',
        address: 'exported',
        user_agent: 'exported',
        expires_at: 'exported',
        salt: 'internal',
      },
    },
    erased: { deleted: OF_PERSON },
  },
}
