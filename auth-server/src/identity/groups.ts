// Groups of people: who may allow what an API keeps for some. Gateways feel it within two seconds when somebody is taken out.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Db } from '../store/database.ts'
import { deleteGroupMember, insertGroupMember, type Membership } from '../store/tables/group-members.ts'

/** Puts a person into a group; false when nothing changed: they are in it, or there is no such group or person. */
export function addToGroup(db: Db, membership: Membership, context: AuditContext): Promise<boolean> {
  return change(db, membership, 'added', insertGroupMember, context)
}

/**
 * Takes a person out of a group, as far as its source is concerned; false when nothing changed. Triggers tell the
 * gateways once no other source keeps the person in it.
 */
export function removeFromGroup(db: Db, membership: Membership, context: AuditContext): Promise<boolean> {
  return change(db, membership, 'removed', deleteGroupMember, context)
}

function change(
  db: Db,
  membership: Membership,
  outcome: 'added' | 'removed',
  step: (trx: Db, membership: Membership) => Promise<boolean>,
  context: AuditContext,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const changed = await step(trx, membership)
    if (changed) await record(trx, { type: 'group', outcome, personId: membership.personId }, context)
    return changed
  })
}
