// The one row that says where the chain of the audit log begins, where it ends, and up to which event it is complete.
import type { TableDeclaration } from '../declaration.ts'

export interface AuditChain {
  single: boolean
  /** The last seal that has ended; the chain begins after it. */
  anchor_position: string
  anchor_hash: string
  /** The newest seal. */
  head_position: string
  head_hash: string
  /** The number up to which every event is sealed, and none can come any more. */
  settled: string
  /** The newest number when somebody looked last, and the transactions that could still bring one below it. */
  reaches: string
  writers: readonly string[]
}

export const AUDIT_CHAIN: TableDeclaration<AuditChain> = {
  purpose: 'Where the chain of hashes over the audit log begins and ends.',
  lifetime: { kept: 'One row.' },
  people: { nobody: 'Positions and hashes.' },
}
