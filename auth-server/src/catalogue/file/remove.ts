// Removes an object that the file had brought; what depended on it ends, and gateways hear of it.

import { record } from '../../audit/record.ts'
import type { Trx } from '../../store/database.ts'
import { deleteRolePromise } from '../../store/tables/role-promises.ts'
import type { CatalogueActor } from '../actor.ts'
import { removeApi } from '../apis.ts'
import { removeApplication } from '../applications.ts'
import { removeGroup } from '../groups.ts'
import { unsubscribe } from '../subscriptions.ts'
import type { CatalogueObject } from './objects.ts'

export async function removeObject(trx: Trx, key: CatalogueObject['key'], by: CatalogueActor): Promise<void> {
  if (key.kind === 'api') return removeApi(trx, key.id, by)
  if (key.kind === 'application') return removeApplication(trx, key.clientId, by)
  if (key.kind === 'subscription') return unsubscribe(trx, key, by)
  if (key.kind === 'group') return removeGroup(trx, key.name, by)
  const { role, apiId } = key.promise
  for (const personId of await deleteRolePromise(trx, key.promise))
    if (role !== 'approver') await record(trx, { type: 'role', outcome: `${role}-taken`, personId }, by.context)
    else if (apiId !== null) await record(trx, { type: 'role', outcome: 'approver-taken', personId, apiId }, by.context)
}
