// Writes an event into the audit log, in the transaction that it tells of: both happened, or neither.
import type { Db } from '../store/database.ts'
import { type AuditedChange, insertAuditEvent } from '../store/tables/audit-events.ts'
import type { AuditContext } from './context.ts'
import type { AuditEvent } from './events.ts'

/** @param trx the transaction that makes what the event tells of; the pool where nothing was changed */
export function record(
  trx: Db,
  event: AuditEvent,
  { actorId, actorApplicationId, byCommand, ...origin }: AuditContext,
): Promise<void> {
  const { type, outcome, personId, applicationId, apiId, change }: AuditEvent & Details = event
  const subject = { personId: personId ?? null, applicationId: applicationId ?? null, apiId: apiId ?? null }
  const by = {
    actorId: actorId ?? null,
    actorApplicationId: actorApplicationId ?? null,
    byCommand: byCommand === true,
  }
  return insertAuditEvent(trx, { type, outcome, ...subject, change: change ?? null, ...origin, ...by })
}

interface Details {
  readonly personId?: string | undefined
  readonly applicationId?: string | undefined
  readonly apiId?: string | undefined
  readonly change?: AuditedChange | undefined
}
