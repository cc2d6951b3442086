// Groups of people: who may allow what an API keeps for some. Gateways feel it within two seconds when somebody is taken out.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { type Db, inTransaction, type Trx } from '../store/database.ts'
import {
  deleteGroupMember,
  findUnlinkedSources,
  insertGroupMember,
  lockGroupsOf,
  type Membership,
  replaceGroupsOf,
} from '../store/tables/group-members.ts'
import { findMissingGroups } from '../store/tables/groups.ts'

/** Puts a person into a group; false when nothing changed: they are in it, or there is no such group or person. */
export function addToGroup(db: Db, membership: Membership, context: AuditContext): Promise<boolean> {
  return change(db, membership, 'added', (trx) => insertGroupMember(trx, membership), context)
}

/**
 * Takes a person out of a group, as far as its source is concerned; false when nothing changed. Triggers tell the
 * gateways once no other source keeps the person in it.
 */
export function removeFromGroup(db: Db, membership: Membership, context: AuditContext): Promise<boolean> {
  return change(db, membership, 'removed', (trx) => deleteGroupMember(trx, membership), context)
}

/** All groups of a person by one source. */
export interface GroupsOf {
  readonly personId: string
  readonly source: string
  readonly groups: readonly string[]
}

/** Puts a person into these groups and no other, as far as the source is concerned; names the groups that there are not. */
export async function setGroups(
  db: Db | Trx,
  wanted: GroupsOf,
  context: AuditContext,
): Promise<Readonly<{ changed: boolean; missing: readonly string[] }>> {
  const missing = await findMissingGroups(db, wanted.groups)
  if (missing.length > 0) return { changed: false, missing }
  return { changed: await change(db, wanted, 'set', (trx) => replaceGroupsOf(trx, wanted), context), missing }
}

/** Takes somebody out of the groups that a provider put them into by whom nothing of theirs is linked any more. */
export async function leaveGroupsOfEndedLinks(trx: Trx, personId: string, context: AuditContext): Promise<void> {
  for (const source of await findUnlinkedSources(trx, personId))
    await setGroups(trx, { personId, source, groups: [] }, context)
}

function change(
  db: Db | Trx,
  whose: Readonly<{ personId: string; source: string }>,
  outcome: 'added' | 'removed' | 'set',
  step: (trx: Trx) => Promise<boolean>,
  context: AuditContext,
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const before = await lockGroupsOf(trx, whose)
    if (!(await step(trx))) return false
    const after = await lockGroupsOf(trx, whose)
    await record(trx, { type: 'group', outcome, personId: whose.personId, change: { before, after } }, context)
    return true
  })
}
