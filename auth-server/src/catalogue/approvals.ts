// Subscriptions that one asks for and another decides on.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { record } from '../audit/record.ts'
import { randomId } from '../crypto/random.ts'
import type { Trx } from '../store/database.ts'
import type { ListedSubscription } from '../store/queries/listed-subscriptions.ts'
import { approveRequest, deleteRequest, insertRequest } from '../store/tables/subscriptions.ts'
import type { CatalogueActor } from './actor.ts'
import { mailDeciders, mailTeam } from './approval-mails.ts'
import { requireSchemesFree } from './own-schemes.ts'
import { CatalogueConflict } from './refusal.ts'
import { requireOffered } from './subscriptions.ts'
import { requireRedirectUri } from './wanted-redirect.ts'

/** What is asked for. */
export interface SubscriptionRequest {
  readonly applicationId: string
  readonly apiId: string
  readonly plan: string
  readonly scopes: readonly string[]
}

/**
 * Asks that an application may use an API. Returns the id of the request; undefined where there is one already, or the
 * subscription itself.
 * @throws {InvalidSubscription} when the API has no such plan or scope
 * @throws {CatalogueConflict} when it is deprecated, or the application has no redirect URI and needs one
 */
export async function requestSubscription(
  trx: Trx,
  request: SubscriptionRequest,
  by: CatalogueActor,
): Promise<string | undefined> {
  const { offer } = await requireOffered(trx, request)
  if (offer === 'deprecated') throw new CatalogueConflict(refusal('api_deprecated', request.apiId))
  await requireRedirectUri(trx, request.applicationId)
  const id = randomId('sub')
  const { applicationId, apiId } = request
  const { actorApplicationId: requestedBy = null, actorId: requestedByPerson = null } = by.context
  if (!(await insertRequest(trx, { id, ...request, requestedBy, requestedByPerson }))) return undefined
  await record(trx, { type: 'subscription', outcome: 'requested', applicationId, apiId }, by.context)
  // The operator asks beside the server, and decides there.
  if (!by.context.byCommand) await mailDeciders(trx, request)
  return id
}

/** What can be decided of a request. */
export type Decision = (Readonly<{ kind: 'approved'; trusted: boolean }> | Readonly<{ kind: 'declined' }>) &
  Readonly<{ /** In their own words, for the people of the application. */ reason: string | null }>

/**
 * Decides on a request, once: false when somebody else has, or it was withdrawn.
 * @throws {CatalogueConflict} when a private-use scheme of the application is another's by now, or no redirect URI is left
 */
export async function decide(
  trx: Trx,
  { id, applicationId, apiId }: Pick<ListedSubscription, 'id' | 'applicationId' | 'apiId'>,
  decision: Decision,
  by: CatalogueActor,
): Promise<boolean> {
  const isDone =
    decision.kind === 'approved' ? await approveRequest(trx, id, decision.trusted) : await deleteRequest(trx, id)
  if (!isDone) return false
  if (decision.kind === 'approved') {
    await requireRedirectUri(trx, applicationId)
    await requireSchemesFree(trx, applicationId, by)
  }
  await record(trx, { type: 'subscription', outcome: decision.kind, applicationId, apiId }, by.context)
  await mailTeam(trx, { applicationId, apiId }, { decision: decision.kind, reason: decision.reason })
  return true
}
