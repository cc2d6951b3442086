// Groups of people as the catalogue defines them; who is in which stands elsewhere (identity/groups.ts).
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { record } from '../audit/record.ts'
import type { Trx } from '../store/database.ts'
import {
  deleteObject,
  findStoredGroup,
  insertGroup,
  listGroupUsers,
  upsertGroup,
} from '../store/queries/catalogue-removal.ts'
import { type CatalogueActor, ManagedElsewhere, managerOf } from './actor.ts'
import { requireSoundGroup } from './api-rules.ts'
import { CatalogueConflict } from './refusal.ts'

export interface GroupDefinition {
  readonly name: string
  readonly description: string
}

/** Makes a group. False, and nothing is done, where there is one of this name. @throws {InvalidApi} */
export async function createGroup(trx: Trx, group: GroupDefinition, by: CatalogueActor): Promise<boolean> {
  requireSoundGroup(group)
  if (!(await insertGroup(trx, { ...group, managedBy: managerOf(by) }))) return false
  const change = { before: [], after: [`${group.name}: ${group.description}`] }
  await record(trx, { type: 'group', outcome: 'created', change }, by.context)
  return true
}

/** Makes a group, or says what it is. @throws {ManagedElsewhere} @throws {InvalidApi} */
export async function defineGroup(trx: Trx, group: GroupDefinition, by: CatalogueActor): Promise<void> {
  requireSoundGroup(group)
  const before = await findStoredGroup(trx, group.name)
  if (!(await upsertGroup(trx, { ...group, managedBy: managerOf(by) })))
    throw new ManagedElsewhere(`The group ${group.name}`, by)
  if (before?.description === group.description) return
  const outcome = before ? 'described' : 'created'
  const change = {
    before: before ? [`${group.name}: ${before.description}`] : [],
    after: [`${group.name}: ${group.description}`],
  }
  await record(trx, { type: 'group', outcome, change }, by.context)
}

/** Removes a group, and everybody from it. @throws {CatalogueConflict} while an API names it: a scope would be open to everybody */
export async function removeGroup(trx: Trx, name: string, by: CatalogueActor): Promise<void> {
  const users = await listGroupUsers(trx, name)
  if (users.length > 0) throw new CatalogueConflict(refusal('group_in_use', name, users.join(', ')))
  await deleteObject(trx, { kind: 'group', name })
  await record(
    trx,
    { type: 'group', outcome: 'removed-from-catalogue', change: { before: [name], after: [] } },
    by.context,
  )
}
