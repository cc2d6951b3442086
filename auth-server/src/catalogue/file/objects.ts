// Every object of the catalogue in words, before an import and after it: what differs is what the import has changed.
import type { Db } from '../../store/database.ts'
import type { ManagedBy } from '../../store/managed-by.ts'
import { listStoredGroups, type ObjectKey } from '../../store/queries/catalogue-removal.ts'
import { listStoredApis } from '../../store/queries/stored-apis.ts'
import { listStoredApplications } from '../../store/queries/stored-applications.ts'
import { EVERYBODY, listRolePromises, type RolePromise } from '../../store/tables/role-promises.ts'
import { apiFields, isBuiltInApi } from '../apis.ts'
import { applicationFields, subscriptionFields } from '../application-fields.ts'
import type { FieldTexts } from '../difference.ts'

export interface CatalogueObject {
  readonly key: ObjectKey | Readonly<{ kind: 'promise'; promise: RolePromise }>
  readonly managedBy: ManagedBy
  readonly fields: FieldTexts
}

/** More objects of a kind than a file of this size could define. */
export const ALL = { limit: 100_000 } as const

/** By how they are told, in the order in which they depend on each other. */
export async function readObjects(db: Db): Promise<ReadonlyMap<string, CatalogueObject>> {
  const objects = new Map<string, CatalogueObject>()
  for (const { name, description, managedBy } of await listStoredGroups(db))
    objects.set(`group ${name}`, { key: { kind: 'group', name }, managedBy, fields: { description } })
  for (const api of await listStoredApis(db, ALL))
    if (!isBuiltInApi(api.id))
      objects.set(`API ${api.id}`, {
        key: { kind: 'api', id: api.id },
        managedBy: api.managedBy,
        fields: apiFields(api),
      })
  for (const application of await listStoredApplications(db, ALL)) {
    const { clientId, managedBy, subscriptions } = application
    const key = { kind: 'application', clientId } as const
    objects.set(`application ${clientId}`, { key, managedBy, fields: applicationFields(application) })
    for (const { apiId, managedBy, ...subscription } of subscriptions)
      objects.set(subscriptionName(clientId, apiId), {
        key: { kind: 'subscription', clientId, apiId },
        managedBy,
        fields: subscriptionFields(subscription),
      })
  }
  for (const promise of await listRolePromises(db))
    objects.set(promiseName(promise), { key: { kind: 'promise', promise }, managedBy: 'file', fields: {} })
  return objects
}

export function subscriptionName(clientId: string, apiId: string): string {
  return `subscription of ${clientId} to ${apiId}`
}

export function promiseName({ role, apiId, emailKey }: RolePromise): string {
  if (emailKey === EVERYBODY) return `${role} everybody who asks`
  return apiId === null ? `${role} ${emailKey}` : `${role} of ${apiId} ${emailKey}`
}
