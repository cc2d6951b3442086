// An application as a trial plays it, from its registration as the management API tells it.
import type { TriedApp } from './trial.ts'

/** What of an application a trial has to know; members as in RFC 7591. */
interface RegisteredApp {
  readonly client_id: string
  readonly name: string
  readonly redirect_uris: readonly string[]
  readonly token_endpoint_auth_method: string
  readonly dpop_bound_access_tokens: boolean
  readonly require_pushed_authorization_requests: boolean
  readonly grant_types: readonly string[]
}

export function triedApp(
  app: RegisteredApp,
  { resource, scopes }: Readonly<{ resource: string; scopes: readonly string[] }>,
): TriedApp {
  return {
    clientId: app.client_id,
    name: app.name,
    redirectUri: app.redirect_uris[0],
    isConfidential: app.token_endpoint_auth_method !== 'none',
    isBound: app.dpop_bound_access_tokens,
    isPushed: app.require_pushed_authorization_requests,
    refreshes: app.grant_types.includes('refresh_token'),
    resource,
    scopes,
  }
}
