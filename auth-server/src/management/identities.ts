// What the operations on app identities do: what phones know an application by.
import type { OperationAnswer, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { removeAppIdentity, setAppIdentity } from '../catalogue/set-app-identity.ts'
import type { Db } from '../store/database.ts'
import { findIdentity, type NamedIdentity } from '../store/tables/app-identities.ts'
import { lockOwn, requireApplication } from './applications.ts'
import type { HandlersOf } from './handler.ts'
import { notFound } from './refusals.ts'

/** The operations on app identities. */
export type IdentityOperationId =
  | 'applications.get_identity'
  | 'applications.set_identity'
  | 'applications.delete_identity'

type UnnamedIdentity = Omit<NamedIdentity, 'clientId'>

function showIdentity(identity: UnnamedIdentity | undefined): OperationAnswer<'applications.get_identity'> {
  return {
    android: identity?.android
      ? { package: identity.android.packageName, certificate_digests: [...identity.android.digests] }
      : null,
    apple: identity?.apple ?? null,
    passkeys: identity?.passkeys ?? false,
    attestation: identity?.attestation ?? 'off',
  }
}

async function requireIdentity(db: Db, clientId: string): Promise<UnnamedIdentity> {
  const identity = await findIdentity(db, clientId)
  if (!identity) throw notFound('app identity')
  return identity
}

function written({ android, apple, passkeys, attestation }: OperationInput<'applications.set_identity'>['body']) {
  return {
    androidPackage: android?.package,
    androidDigests: android?.certificate_digests,
    appleTeam: apple?.team,
    appleBundle: apple?.bundle,
    passkeys,
    attestation,
  }
}

export const IDENTITY_HANDLERS: Pick<HandlersOf<'applications'>, IdentityOperationId> = {
  'applications.get_identity': {
    async read({ db, actor, input: { params } }) {
      const { clientId } = await requireApplication(db, actor, params.client_id)
      return showIdentity(await requireIdentity(db, clientId))
    },
  },
  'applications.set_identity': {
    async write({ deps, trx, actor, input: { params, body }, requireVersion }) {
      const { clientId } = await lockOwn(trx, actor, params.client_id)
      requireVersion(showIdentity(await findIdentity(trx, clientId)))
      await setAppIdentity(trx, deps.config.issuer, clientId, written(body), actor.authority)
      return showIdentity(await requireIdentity(trx, clientId))
    },
  },
  'applications.delete_identity': {
    async write({ deps, trx, actor, input: { params }, requireVersion }) {
      const { clientId } = await lockOwn(trx, actor, params.client_id)
      requireVersion(showIdentity(await requireIdentity(trx, clientId)))
      await removeAppIdentity(trx, deps.config.issuer, clientId, actor.authority)
      return undefined
    },
  },
}
