// What nobody but the operator does, whatever their scopes: reach for their own rights, or for those of the server's own clients.
import { isBuiltInApi } from '../catalogue/apis.ts'
import type { Db } from '../store/database.ts'
import { hasSubscriptionTo } from '../store/queries/listed-subscriptions.ts'
import { MANAGEMENT_API, REVOCATIONS_API } from '../store/tables/apis.ts'
import { isOperator, type ManagementActor } from './actor.ts'
import { forbidden } from './refusals.ts'

const BY_OPERATOR = 'the operator does that, by a command beside the server'

/** An API of the server itself: who is subscribed to it, the operator says. @throws {HttpProblem} 403 */
export function requireOrdinaryApi(actor: ManagementActor, apiId: string): void {
  if (!isOperator(actor) && isBuiltInApi(apiId))
    throw forbidden(`${apiId} is an API of the server itself: ${BY_OPERATOR}`)
}

/**
 * A client that may manage or is a gateway: with its secret, or its redirect URIs, somebody could do what it may.
 * @throws {HttpProblem} 403
 */
export async function requireOrdinaryApplication(db: Db, actor: ManagementActor, applicationId: string): Promise<void> {
  if (!isOperator(actor) && (await hasSubscriptionTo(db, applicationId, [MANAGEMENT_API, REVOCATIONS_API])))
    throw forbidden(`this application is a client of the server itself: ${BY_OPERATOR}`)
}

/** Nobody decides on what they asked for, or for themselves. @throws {HttpProblem} 403 */
export function requireSomebodyElse(
  { client }: ManagementActor,
  { requestedById, applicationId }: Readonly<{ requestedById: string | null; applicationId: string }>,
): void {
  if (client && (client.applicationId === requestedById || client.applicationId === applicationId))
    throw forbidden('nobody approves what they asked for themselves: somebody else decides')
}
