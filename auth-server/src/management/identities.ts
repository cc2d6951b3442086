// What the operations on app identities do: what phones know an application by.
import type { OperationAnswer, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { confirmAppIdentity, removeAppIdentity, setAppIdentity } from '../catalogue/set-app-identity.ts'
import type { Db } from '../store/database.ts'
import { findIdentity, type NamedIdentity } from '../store/tables/app-identities.ts'
import type { ManagementActor } from './actor.ts'
import { lockOrdinary, lockOwn, requireApplication } from './applications.ts'
import type { HandlersOf } from './handler.ts'
import { requireMayConfirm } from './privileged.ts'
import { forbidden, notFound } from './refusals.ts'

/** The operations on app identities. */
export type IdentityOperationId =
  | 'applications.get_identity'
  | 'applications.set_identity'
  | 'applications.delete_identity'
  | 'applications.confirm_identity'

type UnnamedIdentity = Omit<NamedIdentity, 'clientId'>

function showIdentity(identity: UnnamedIdentity | undefined): OperationAnswer<'applications.get_identity'> {
  return {
    android: identity?.android
      ? { package: identity.android.packageName, certificate_digests: [...identity.android.digests] }
      : null,
    apple: identity?.apple ?? null,
    passkeys: identity?.passkeys ?? false,
    attestation: identity?.attestation ?? 'off',
    confirmed: identity?.isConfirmed ?? false,
  }
}

async function requireIdentity(db: Db, clientId: string): Promise<UnnamedIdentity> {
  const identity = await findIdentity(db, clientId)
  if (!identity) throw notFound('app identity')
  return identity
}

/** Whoever may ask for passkeys of this server can sign in to everything here. @throws {HttpProblem} 403 */
function mayAskForPasskeys({ person }: ManagementActor, passkeys: boolean | undefined): boolean | undefined {
  if (person?.role !== 'developer') return passkeys
  if (passkeys === true)
    throw forbidden('an administrator lets an app ask for passkeys of this server: set passkeys to false, or ask one')
  return false
}

function written(
  actor: ManagementActor,
  { android, apple, passkeys, attestation }: OperationInput<'applications.set_identity'>['body'],
) {
  return {
    androidPackage: android?.package,
    androidDigests: android?.certificate_digests,
    appleTeam: apple?.team,
    appleBundle: apple?.bundle,
    passkeys: mayAskForPasskeys(actor, passkeys),
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
      const { id, clientId } = await lockOwn(trx, actor, params.client_id)
      requireVersion(showIdentity(await findIdentity(trx, clientId)))
      await setAppIdentity(trx, deps.config.issuer, clientId, written(actor, body), actor.authority)
      if (actor.person?.role === 'administrator') await confirmAppIdentity(trx, id, actor.authority)
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
  'applications.confirm_identity': {
    async write({ trx, actor, input: { params }, requireVersion }) {
      const { id, clientId } = await lockOrdinary(trx, actor, params.client_id)
      requireMayConfirm(actor, id)
      requireVersion(showIdentity(await requireIdentity(trx, clientId)))
      await confirmAppIdentity(trx, id, actor.authority)
      return showIdentity(await requireIdentity(trx, clientId))
    },
  },
}
