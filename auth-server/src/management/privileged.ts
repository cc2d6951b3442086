// What nobody but the operator does, whatever their scopes: reach for their own rights, or for those of the server's own clients.
import { isBuiltInApi } from '../catalogue/apis.ts'
import type { Db } from '../store/database.ts'
import { isOfAskingTeam } from '../store/queries/application-people.ts'
import type { ListedApplication } from '../store/queries/listed-applications.ts'
import { hasSubscriptionTo, type ListedSubscription, listSubscriptions } from '../store/queries/listed-subscriptions.ts'
import { MANAGEMENT_API, REVOCATIONS_API } from '../store/tables/apis.ts'
import { findMemberRole } from '../store/tables/application-members.ts'
import { isOperator, type ManagementActor } from './actor.ts'
import { reachOf } from './reach.ts'
import { conflict, forbidden } from './refusals.ts'

/** An API of the server itself: who is subscribed to it, the operator says. @throws {HttpProblem} 403 */
export function requireOrdinaryApi(actor: ManagementActor, apiId: string): void {
  if (!isOperator(actor) && isBuiltInApi(apiId)) throw forbidden('built_in_api', apiId)
}

/**
 * A client that may manage or is a gateway: with its secret, or its redirect URIs, somebody could do what it may.
 * @throws {HttpProblem} 403
 */
export async function requireOrdinaryApplication(db: Db, actor: ManagementActor, applicationId: string): Promise<void> {
  if (!isOperator(actor) && (await hasSubscriptionTo(db, applicationId, [MANAGEMENT_API, REVOCATIONS_API])))
    throw forbidden('built_in_client')
}

/** The subscription that somebody decides on, and who asked for it. */
interface AskedFor {
  readonly id: string
  readonly applicationId: string
  readonly requestedById: string | null
  readonly requestedByPersonId: string | null
}

/** Whether somebody asked for it themselves, or is of the team that it is for, or was when it was asked for. */
export async function isOwnRequest(
  db: Db,
  { client, person }: ManagementActor,
  { id, applicationId, requestedById, requestedByPersonId }: AskedFor,
): Promise<boolean> {
  if (client) return [requestedById, applicationId].includes(client.applicationId)
  if (!person) return false
  if (person.id === requestedByPersonId) return true
  return isOfAskingTeam(db, { subscriptionId: id, personId: person.id })
}

/** Nobody decides on what they asked for, or for themselves or their own team. @throws {HttpProblem} 403 */
export async function requireSomebodyElse(db: Db, actor: ManagementActor, asked: AskedFor): Promise<void> {
  if (await isOwnRequest(db, actor, asked)) throw forbidden('own_request')
}

/** A developer restores nothing that was put out of use for a reason. @throws {HttpProblem} 403 */
export function requireNoDeveloper({ person }: ManagementActor): void {
  if (person?.role === 'developer') throw forbidden('suspension_by_administrator')
}

/** Nor is what was put out of use got rid of, to begin anew without it. @throws {HttpProblem} 409 */
export function requireSubscriptionInUse(
  { person }: ManagementActor,
  { status, suspendedAt }: Pick<ListedSubscription, 'status' | 'suspendedAt'>,
): void {
  if (person?.role === 'developer' && (status === 'suspended' || suspendedAt !== null))
    throw conflict('subscription_suspended')
}

/** The same of an application, and of all of its subscriptions. @throws {HttpProblem} 409 */
export async function requireInUse(
  db: Db,
  actor: ManagementActor,
  { clientId, suspendedAt }: Pick<ListedApplication, 'clientId' | 'suspendedAt'>,
): Promise<void> {
  if (actor.person?.role !== 'developer') return
  if (suspendedAt !== null) throw conflict('application_suspended')
  const suspended = { clientId, apiId: undefined, status: 'suspended' } as const
  const [found] = await listSubscriptions(db, suspended, { after: undefined, limit: 1 }, reachOf(actor))
  if (found) throw conflict('its_subscription_suspended', found.apiId)
}

/**
 * What owners alone do; who reaches the application as an administrator, or as a machine, does it for them.
 * @throws {HttpProblem} 403
 */
export async function requireOwner(db: Db, { person }: ManagementActor, applicationId: string): Promise<void> {
  if (person?.role !== 'developer') return
  if ((await findMemberRole(db, { applicationId, personId: person.id })) !== 'owner') throw forbidden('by_owner')
}

/** Whoever is trusted with an API is not asked about by people any more: that is for an administrator to say. @throws {HttpProblem} 403 */
export function requireMayTrust({ person }: ManagementActor): void {
  if (person?.role === 'approver') throw forbidden('trust_by_administrator')
}

/** What a developer says of their app counts once somebody else has confirmed it. @throws {HttpProblem} 403 */
export function requireMayConfirm({ client, person }: ManagementActor, applicationId: string): void {
  if (person?.role === 'developer') throw forbidden('identity_by_administrator')
  if (client?.applicationId === applicationId) throw forbidden('own_identity')
}
