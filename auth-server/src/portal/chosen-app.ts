// The application and the API that a page is about by its address (?app=…&api=…), among those that are the person's.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { Parameters } from '../http/parameters.ts'
import { allItems } from './apis/all-items.ts'
import { listedApis } from './apis/routes.ts'
import type { PortalPerson } from './route.ts'

/** An application as the management API tells it. */
export type ManagedApp = OperationAnswer<'applications.get'>

/** What an application may call, or will once that is approved. */
export interface ChosenUse {
  readonly apiId: string
  readonly resource: string
  readonly scopes: readonly string[]
  readonly isApproved: boolean
}

export interface ChosenApp {
  readonly app: ManagedApp
  /** The APIs that it has a subscription to. */
  readonly apiIds: readonly string[]
  /** The one that was chosen, else the first one that is approved. */
  readonly use: ChosenUse | undefined
}

/**
 * @returns undefined where none was chosen.
 * @throws {HttpProblem} 404 for one that is somebody else's, as for one that is not there
 */
export async function chosenApp(me: PortalPerson, parameters: Parameters): Promise<ChosenApp | undefined> {
  const clientId = parameters.get('app')
  if (clientId === undefined) return undefined
  const { body: app } = await me.ask('applications.get', { params: { client_id: clientId } })
  const [subscriptions, apis] = await Promise.all([
    allItems(async (cursor) => {
      const query = { client_id: clientId, limit: 100, ...(cursor !== undefined && { cursor }) }
      return (await me.ask('subscriptions.list', { query })).body
    }),
    listedApis(me),
  ])
  // APIs of the server itself are shown to no developer: there is nothing to write, or to try, for those.
  const resources = new Map(apis.map(({ id, resource }) => [id, resource]))
  const shown = subscriptions.filter(({ api_id: id }) => resources.has(id))
  const asked = parameters.get('api')
  const chosen =
    shown.find(({ api_id: id }) => id === asked) ?? shown.find(({ status }) => status === 'approved') ?? shown[0]
  const apiIds = shown.map(({ api_id: id }) => id)
  const resource = chosen && resources.get(chosen.api_id)
  if (!chosen || resource === undefined) return { app, apiIds, use: undefined }
  const { api_id: apiId, scopes, status } = chosen
  return { app, apiIds, use: { apiId, resource, scopes, isApproved: status === 'approved' } }
}

/** The person's own applications that people sign in to. */
export async function ownApps(me: PortalPerson): Promise<readonly ManagedApp[]> {
  const apps = await allItems(async (cursor) => {
    const query = { limit: 100, ...(cursor !== undefined && { cursor }) }
    return (await me.ask('applications.list', { query })).body
  })
  return apps.filter(({ grant_types: grantTypes }) => grantTypes.includes('authorization_code'))
}
