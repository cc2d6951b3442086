// What the operations on app identities do: what phones know an application by.
import { isDeepStrictEqual } from 'node:util'
import type { OperationAnswer, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { confirmAppIdentity, removeAppIdentity, setAppIdentity } from '../catalogue/set-app-identity.ts'
import { lacksRedirectUri, requireRedirectUriLeft } from '../catalogue/wanted-redirect.ts'
import type { Db } from '../store/database.ts'
import { ATTESTATION_MODES, findIdentity, type NamedIdentity } from '../store/tables/app-identities.ts'
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
type Wanted = OperationInput<'applications.set_identity'>['body']

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

/** @throws {HttpProblem} 404 */
export async function requireIdentity(db: Db, clientId: string): Promise<UnnamedIdentity> {
  const identity = await findIdentity(db, clientId)
  if (!identity) throw notFound('app identity')
  return identity
}

/**
 * Whoever may ask for passkeys of this server can sign in to everything here. What an administrator allowed stays for as
 * long as it is the same app.
 * @throws {HttpProblem} 403
 */
function mayAskForPasskeys(
  { person }: ManagementActor,
  { passkeys, ...wanted }: Wanted,
  before: UnnamedIdentity | undefined,
): boolean | undefined {
  if (person?.role !== 'developer') return passkeys
  const { android, apple } = showIdentity(before)
  const isSame = isDeepStrictEqual({ android, apple }, { android: wanted.android ?? null, apple: wanted.apple ?? null })
  if (isSame && before?.passkeys === true) return true
  if (passkeys === true) throw forbidden('passkeys_by_administrator')
  return false
}

/** How much a phone vouches for is part of what was confirmed. @throws {HttpProblem} 403 */
function requireNoLess({ person }: ManagementActor, { attestation }: Wanted, before: UnnamedIdentity | undefined) {
  if (person?.role !== 'developer' || !before?.isConfirmed || attestation === undefined) return
  if (ATTESTATION_MODES.indexOf(attestation) < ATTESTATION_MODES.indexOf(before.attestation))
    throw forbidden('attestation_by_administrator', before.attestation)
}

function written(actor: ManagementActor, wanted: Wanted, before: UnnamedIdentity | undefined) {
  const { android, apple, attestation } = wanted
  requireNoLess(actor, wanted, before)
  return {
    androidPackage: android?.package,
    androidDigests: android?.certificate_digests,
    appleTeam: apple?.team,
    appleBundle: apple?.bundle,
    passkeys: mayAskForPasskeys(actor, wanted, before),
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
      const before = await findIdentity(trx, clientId)
      requireVersion(showIdentity(before))
      await setAppIdentity(trx, deps.config.issuer, clientId, written(actor, body, before), actor.authority)
      if (actor.person?.role === 'administrator') await confirmAppIdentity(trx, id, actor.authority)
      return showIdentity(await requireIdentity(trx, clientId))
    },
  },
  'applications.delete_identity': {
    async write({ deps, trx, actor, input: { params }, requireVersion }) {
      const { id, clientId, ...before } = await lockOwn(trx, actor, params.client_id)
      requireVersion(showIdentity(await requireIdentity(trx, clientId)))
      await removeAppIdentity(trx, deps.config.issuer, clientId, actor.authority)
      // Its own link goes with the record.
      if (!lacksRedirectUri(before)) await requireRedirectUriLeft(trx, id)
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
