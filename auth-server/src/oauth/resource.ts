// Resource indicators (RFC 8707): which one API a request is about.
import type { Client, Subscription } from '../store/queries/clients.ts'
import { requireInUse } from './client/suspension.ts'
import { OAuthError } from './errors.ts'

/**
 * The subscription a request is about: the one named, or the only one there is.
 * @throws {OAuthError} unauthorized_client without any subscription, invalid_target otherwise.
 */
export function requireSubscription(client: Client, resources: readonly string[]): Subscription {
  requireInUse(client)
  const { subscriptions } = client
  if (subscriptions.length === 0)
    throw new OAuthError('unauthorized_client', 'this application has no approved subscription to an API')
  const named = oneResource(resources)
  const [only] = subscriptions
  if (named === null) {
    if (subscriptions.length === 1 && only) return only
    throw new OAuthError('invalid_target', 'resource is missing; this application is subscribed to several APIs')
  }
  const subscription = subscriptions.find(({ resource }) => resource === named)
  if (subscription) return subscription
  if (client.suspendedApis.some(({ resource }) => resource === named))
    throw new OAuthError('invalid_target', 'the API of that resource has been suspended')
  throw new OAuthError('invalid_target', 'this application is not subscribed to that resource')
}

/** The one resource a token request may name (RFC 8707 §2.2), or null. @throws {OAuthError} invalid_target when it names several. */
export function oneResource(resources: readonly string[]): string | null {
  const named = [...new Set(resources)]
  if (named.length > 1)
    throw new OAuthError('invalid_target', 'one resource per request: an access token is for one API')
  return named[0] ?? null
}
