// Rows of batches that gateways have sent: one that comes twice counts once.
import { sql } from 'kysely'
import type { TableDeclaration } from '../declaration.ts'

export interface UsageBatches {
  /** The gateway. */
  application_id: string
  batch: string
  expires_at: Date
}

export const USAGE_BATCHES: TableDeclaration<UsageBatches> = {
  purpose: 'Batches of usage that gateways have sent, so that one that comes twice counts once.',
  lifetime: { until: 'three days have passed', obsolete: sql`expires_at < auth_now()`, indexed: true },
  people: { nobody: 'Names of messages.' },
}
