// Every object of the catalogue in words, before an import and after it: what differs is what the import has changed.
import type { Db } from '../../store/database.ts'
import type { ManagedBy } from '../../store/managed-by.ts'
import { listStoredGroups, type ObjectKey } from '../../store/queries/catalogue-removal.ts'
import { listStoredApis } from '../../store/queries/stored-apis.ts'
import { listStoredApplications, type StoredApplication } from '../../store/queries/stored-applications.ts'
import { listRolePromises, type RolePromise } from '../../store/tables/role-promises.ts'
import { apiFields, isBuiltInApi } from '../apis.ts'
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
    for (const { apiId, managedBy, plan, scopes, trusted } of subscriptions)
      objects.set(subscriptionName(clientId, apiId), {
        key: { kind: 'subscription', clientId, apiId },
        managedBy,
        fields: { plan, scopes: [...scopes].sort().join(' '), trusted: String(trusted) },
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
  return apiId === null ? `${role} ${emailKey}` : `${role} of ${apiId} ${emailKey}`
}

function applicationFields(application: StoredApplication): FieldTexts {
  const { identity, secretHash, jwks } = application
  const plain = {
    name: application.name,
    kind: application.kind,
    'redirect URIs': application.redirectUris.join(' '),
    'auth method': application.authMethod,
    // A part of a hash tells one from another, and leads to no secret.
    secret: secretHash === null ? '' : `of SHA-256 ${secretHash.slice(0, 8)}…`,
    'public keys': jwks === null ? '' : JSON.stringify(jwks),
    'grant types': application.grantTypes.join(' '),
    'PKCE required': String(application.pkceRequired),
    'seconds until an idle login ends': String(application.refreshIdleSeconds),
    'seconds until any login ends': String(application.refreshAbsoluteSeconds),
    'pushed requests required': String(application.requirePushedRequests),
    'DPoP bound': String(application.dpopBound),
    'algorithm of ID tokens': application.idTokenAlg,
    'claims in ID tokens': String(application.claimsInIdToken),
    'algorithm of access tokens': application.accessTokenAlg,
    'post-logout redirect URIs': application.postLogoutRedirectUris.join(' '),
    'back-channel logout URI': application.backchannelLogoutUri ?? '',
    'classes of sign-in': application.defaultAcrValues.join(' '),
  }
  if (!identity) return plain
  const { android, apple, passkeys, attestation } = identity
  return {
    ...plain,
    Android: android ? `${android.packageName} ${android.digests.join(' ')}` : '',
    Apple: apple ? `${apple.team}.${apple.bundle}` : '',
    passkeys: String(passkeys),
    attestation,
  }
}
