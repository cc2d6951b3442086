// Rows of batches that gateways have sent: one that comes twice counts once.
import { sql } from 'kysely'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface UsageBatches {
  /** The gateway. */
  application_id: string
  batch: string
  expires_at: Date
  /** Calls and refusals of which it could not tell, as the database writes a bigint. */
  lost_calls: Defaulted<string>
  lost_refusals: Defaulted<string>
}

export const USAGE_BATCHES: TableDeclaration<UsageBatches> = {
  purpose:
    'Batches of usage that gateways have sent, so that one that comes twice counts once; with how much they could not tell.',
  lifetime: { until: 'three days have passed', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: { nobody: 'Names of messages.' },
}
