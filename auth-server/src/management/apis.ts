// What the operations on APIs do: the catalogue's functions, and their results as the contract names them.
import type { OperationAnswer, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { type ApiDefinition, defineApi, isBuiltInApi } from '../catalogue/apis.ts'
import { type ListedApi, listApis, lockApi, readApi } from '../store/queries/listed-apis.ts'
import type { HandlersOf } from './handler.ts'
import { readPage, toPage } from './page.ts'
import { conflict, invalid, notFound } from './refusals.ts'

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
    token_groups: api.tokenGroups,
    guest_plan: api.guestPlan,
    events_uri: api.eventsUri,
    built_in: isBuiltInApi(api.id),
    managed_by: api.managedBy,
    suspended_at: api.suspendedAt?.toISOString() ?? null,
  }
}

/** The definition that a body spells out. */
function definitionOf(id: string, body: Omit<OperationInput<'apis.create'>['body'], 'id'>): ApiDefinition {
  const { name, description = '', resource, plans, token_groups: tokenGroups = [], guest_plan: guestPlan = null } = body
  if (new Set(body.scopes.map((scope) => scope.name)).size < body.scopes.length)
    throw invalid('each scope has a name of its own')
  const forGuests = body.scopes.filter(({ for_guests }) => for_guests).map((scope) => scope.name)
  if (guestPlan === null && forGuests.length > 0) throw invalid('scopes for guests need guest_plan')
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
    ...(body.events_uri && { eventsUri: body.events_uri }),
    ...(guestPlan !== null && { guests: { plan: guestPlan, scopes: forGuests } }),
  }
}

export const API_HANDLERS: HandlersOf<'apis'> = {
  'apis.list': {
    async read({ db, input: { query } }) {
      const page = readPage(query)
      const { suspended } = query
      const found = await listApis(db, { after: page.after, limit: page.limit + 1, suspended })
      return toPage(page, found, ({ id }) => id, showApi)
    },
  },
  'apis.get': {
    async read({ db, input: { params } }) {
      const api = await readApi(db, params.id)
      if (!api) throw notFound('API')
      return showApi(api)
    },
  },
  'apis.create': {
    async write({ trx, actor, input: { body } }) {
      const { id, ...rest } = body
      if (await lockApi(trx, id)) throw conflict('there is an API of this id')
      await defineApi(trx, definitionOf(id, rest), actor.authority)
      const api = await readApi(trx, id)
      if (!api) throw notFound('API')
      return showApi(api)
    },
  },
}
