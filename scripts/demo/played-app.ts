// The app that is played: the demo's own, or another one that is registered here.
import { withDatabase } from '@mobile-api-gateway/auth-server/commands/database-command.ts'
import { type Client, findClient, type Subscription } from '@mobile-api-gateway/auth-server/store/queries/clients.ts'
import type { StackUrls } from '../stack/urls.ts'
import { DEMO } from './known.ts'

/** What an app knows of itself, and of the API that it calls. */
export interface PlayedApp {
  readonly clientId: string
  readonly redirectUri: string
  /** For a login in the system's browser: any port matches (RFC 8252 §7.3). */
  readonly loopbackRedirectUri?: string | undefined
  readonly scopes: readonly string[]
  /** The API's resource URI. */
  readonly resource: string
}

export function demoApp({ resource }: Pick<StackUrls, 'resource'>): PlayedApp {
  const { clientId, redirectUri, loopbackRedirectUri, scopes } = DEMO
  return { clientId, redirectUri, loopbackRedirectUri, scopes: Object.keys(scopes), resource }
}

/** Which app, and what it asks for; all that its subscription offers where no scopes are named. */
export interface PlayedAppChoice {
  readonly clientId: string
  /** May be left out where it is subscribed to one API alone. */
  readonly apiId?: string | undefined
  readonly scopes?: readonly string[] | undefined
}

/** Looks an app up. @throws {Error} with a sentence on why it cannot be played */
export async function findPlayedApp(databaseUrl: string, choice: PlayedAppChoice): Promise<PlayedApp> {
  const { clientId, apiId, scopes } = choice
  const client = await withDatabase(databaseUrl, (db) => findClient(db, clientId))
  if (!client) throw new Error(`There is no app ${clientId} here. npm run app -- list names them.`)
  if (client.authMethod !== 'none')
    throw new Error(`${clientId} keeps a secret, which cannot be played here: only apps without one can.`)
  const [redirectUri] = client.redirectUris
  if (redirectUri === undefined) throw new Error(`${clientId} has no redirect URI, so nobody signs in to it.`)
  requireNothingSuspended(client, apiId)
  const { resource, scopes: offered } = chooseSubscription(clientId, client.subscriptions, apiId)
  return {
    clientId,
    redirectUri,
    loopbackRedirectUri: client.redirectUris.find((uri) => uri.startsWith('http://')),
    scopes: scopes ?? offered.map(({ name }) => name),
    resource,
  }
}

/** An API that is not named matters only where no other is left. */
function requireNothingSuspended(client: Client, apiId: string | undefined): void {
  const { clientId, isSuspended, suspendedApis, subscriptions } = client
  if (isSuspended) throw new Error(`${clientId} is suspended: npm run app -- restore ${clientId}`)
  const missed = suspendedApis.find(({ id }) => (apiId === undefined ? subscriptions.length === 0 : id === apiId))
  if (missed) throw new Error(`The API ${missed.id} is suspended: npm run api -- restore ${missed.id}`)
}

function chooseSubscription(clientId: string, all: readonly Subscription[], apiId: string | undefined): Subscription {
  const names = all.map((subscription) => subscription.apiId).join(', ')
  if (all.length === 0) throw new Error(`${clientId} has no approved subscription, so it gets no tokens.`)
  const chosen = apiId === undefined && all.length === 1 ? all[0] : all.find((each) => each.apiId === apiId)
  if (chosen) return chosen
  throw new Error(
    apiId === undefined
      ? `A token is for one API: choose with --api one of ${names}.`
      : `${clientId} is not subscribed to ${apiId}, but to ${names}.`,
  )
}
