// What the operations on APIs do: the catalogue's functions, and their results as the contract names them.
import type { OperationAnswer, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { type ApiDefinition, createApi, isBuiltInApi, removeApi, replaceApi } from '../catalogue/apis.ts'
import { restoreApi, suspendApi } from '../catalogue/suspension.ts'
import type { Db, Trx } from '../store/database.ts'
import { type ListedApi, listApis, listPlans, lockApi, readApi } from '../store/queries/listed-apis.ts'
import type { DocumentFacts } from '../store/tables/api-documents.ts'
import { findPlanLimits, type KnownLimit } from '../store/tables/plan-limits.ts'
import type { ManagementActor } from './actor.ts'
import type { DocumentOperationId } from './api-documents.ts'
import type { HandlersOf } from './handler.ts'
import { requireManagedHere } from './managed.ts'
import { moment } from './moment.ts'
import { readPage, toPage } from './page.ts'
import { requireOrdinaryApi } from './privileged.ts'
import { reachOf } from './reach.ts'
import { conflict, invalid, notFound } from './refusals.ts'
import { requireKnownWays, showSignIn } from './sign-in-offer.ts'
import { readSignUp, showSignUp } from './sign-up.ts'
import { requireSuspended } from './suspended.ts'

export function showDocumentFacts({ format, openapi, title, version, sha256, changedAt }: DocumentFacts) {
  return { format, openapi, title, version, sha256, changed_at: changedAt.toISOString() }
}

function showApi(api: ListedApi): OperationAnswer<'apis.get'> {
  return {
    id: api.id,
    name: api.name,
    description: api.description,
    resource: api.resource,
    scopes: api.scopes.map(({ name, description, requiredGroup, forGuests }) => ({
      name,
      description,
      required_group: requiredGroup,
      for_guests: forGuests,
    })),
    plans: api.plans,
    plan_descriptions: api.planDescriptions,
    token_groups: api.tokenGroups,
    guest_plan: api.guestPlan,
    events_uri: api.eventsUri,
    offer: api.offer,
    sign_in: showSignIn(api.signIn),
    sign_up: showSignUp(api.signUp),
    registration: api.registration,
    document: api.document && showDocumentFacts({ ...api.document, changedAt: new Date(api.document.changedAt) }),
    built_in: isBuiltInApi(api.id),
    managed_by: api.managedBy,
    suspended_at: moment(api.suspendedAt),
  }
}

type Definition = Omit<OperationInput<'apis.create'>['body'], 'id'>

/** The definition that a body spells out. */
function definitionOf(id: string, body: Definition): ApiDefinition {
  const signUp = body.sign_up === undefined ? null : readSignUp(body.sign_up)
  const {
    name,
    description = '',
    resource,
    plans,
    token_groups: tokenGroups = [],
    guest_plan: guestPlan = null,
    offer,
  } = body
  if (new Set(body.scopes.map((scope) => scope.name)).size < body.scopes.length) throw invalid('scope_twice')
  const forGuests = body.scopes.filter(({ for_guests }) => for_guests).map((scope) => scope.name)
  if (guestPlan === null && forGuests.length > 0) throw invalid('guest_plan')
  return {
    id,
    name,
    description,
    resource,
    plans,
    tokenGroups,
    scopes: Object.fromEntries(
      body.scopes.map((scope) => [
        scope.name,
        scope.required_group ? { description: scope.description, group: scope.required_group } : scope.description,
      ]),
    ),
    ...(body.plan_descriptions && { planDescriptions: body.plan_descriptions }),
    ...(body.events_uri && { eventsUri: body.events_uri }),
    ...(offer && { offer }),
    ...(body.sign_in && { signIn: body.sign_in }),
    ...(signUp && { signUp }),
    ...(body.registration && { registration: body.registration }),
    ...(guestPlan !== null && { guests: { plan: guestPlan, scopes: forGuests } }),
  }
}

/** Who may come stays as it was unless the body says it: a client that does not know the member lets nobody else in. */
function stillRestricted(body: Definition, { signIn, signUp, registration }: ListedApi): Definition {
  const { sign_in = showSignIn(signIn), sign_up = showSignUp(signUp), registration: form = registration } = body
  return { ...body, sign_in, sign_up, registration: form }
}

/** @throws {HttpProblem} 404 */
export async function requireApi(db: Db, actor: ManagementActor, id: string): Promise<ListedApi> {
  const api = await readApi(db, id, reachOf(actor))
  if (!api) throw notFound('API')
  return api
}

/** An API that somebody is about to change here. @throws {HttpProblem} 404, 403 and 409 for what others manage */
export async function lockOwnApi(trx: Trx, actor: ManagementActor, id: string): Promise<void> {
  await lockOwn(trx, actor, id, () => {})
}

/** @throws {HttpProblem} 404, 412, 403 and 409 for what others manage */
async function lockOwn(
  trx: Trx,
  actor: ManagementActor,
  id: string,
  requireVersion: (shown: unknown) => void,
): Promise<ListedApi> {
  const api = await lockApi(trx, id)
  if (!api) throw notFound('API')
  requireVersion(showApi(api))
  requireOrdinaryApi(actor, id)
  requireManagedHere(`the API ${id}`, api.managedBy)
  return api
}

export const API_HANDLERS: Omit<HandlersOf<'apis'>, DocumentOperationId> = {
  'apis.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      const { suspended } = query
      const found = await listApis(db, { ...page.oneMore, suspended }, reachOf(actor))
      return toPage(page, found, ({ id }) => id, showApi)
    },
  },
  'apis.get': {
    async read({ db, actor, input: { params } }) {
      return showApi(await requireApi(db, actor, params.id))
    },
  },
  'apis.create': {
    async write({ deps, trx, actor, input: { body } }) {
      const { id, ...rest } = body
      requireKnownWays(deps, body.sign_in)
      if (!(await createApi(trx, definitionOf(id, rest), actor.authority))) throw conflict('api_id_taken')
      return showApi(await requireApi(trx, actor, id))
    },
  },
  'apis.update': {
    async write({ deps, trx, actor, input: { params, body }, requireVersion }) {
      const before = await lockOwn(trx, actor, params.id, requireVersion)
      requireKnownWays(deps, body.sign_in, before.signIn)
      await replaceApi(trx, definitionOf(params.id, stillRestricted(body, before)), actor.authority)
      return showApi(await requireApi(trx, actor, params.id))
    },
  },
  'apis.delete': {
    async write({ trx, actor, input: { params }, requireVersion }) {
      await lockOwn(trx, actor, params.id, requireVersion)
      await removeApi(trx, params.id, actor.authority)
      return undefined
    },
  },
  'apis.suspend': {
    async write({ trx, actor, input: { params } }) {
      await requireApi(trx, actor, params.id)
      requireOrdinaryApi(actor, params.id)
      requireSuspended(await suspendApi(trx, actor.authority, params.id))
      return showApi(await requireApi(trx, actor, params.id))
    },
  },
  'apis.restore': {
    async write({ trx, actor, input: { params } }) {
      await requireApi(trx, actor, params.id)
      requireOrdinaryApi(actor, params.id)
      await restoreApi(trx, actor.authority, params.id)
      return showApi(await requireApi(trx, actor, params.id))
    },
  },
}

export function showLimit({ api_id, counted, period, said }: KnownLimit) {
  return { api_id, counted, period, said: [...said] }
}

export const PLAN_HANDLERS: HandlersOf<'plans'> = {
  'plans.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      const found = await listPlans(db, { ...page.oneMore, apiId: query.api_id }, reachOf(actor))
      const limits = Map.groupBy(await findPlanLimits(db, query.api_id), ({ plan }) => plan)
      return toPage(
        page,
        found,
        ({ name }) => name,
        ({ name, apis, managedBy }) => ({
          name,
          apis,
          limits: (limits.get(name) ?? []).filter((limit) => apis.includes(limit.api_id)).map(showLimit),
          managed_by: managedBy,
        }),
      )
    },
  },
}
