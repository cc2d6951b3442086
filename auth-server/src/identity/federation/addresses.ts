// The addresses of this server that are registered at identity providers, so they never change.
import type { UpstreamProtocol } from './provider.ts'

/**
 * Where answers come by a redirect, where SAML responses are posted, what a SAML provider reads about this server, and
 * where a provider says that a sign-in is over, and people come back to who were signed out there.
 */
export type FederationAddress = 'callback' | 'acs' | 'metadata' | 'logout'

/** As a pattern unless of one provider. */
export function federationPath(address: FederationAddress, provider = ':provider'): string {
  return ['/federation', provider, address].join('/')
}

/** Which addresses of ours a provider has to know. */
export function addressesOf({
  asksHere,
  posts,
  metadata,
  logout,
  readLogoutToken,
}: Pick<
  UpstreamProtocol,
  'asksHere' | 'posts' | 'metadata' | 'logout' | 'readLogoutToken'
>): readonly FederationAddress[] {
  return [
    ...(asksHere ? [] : [posts?.to ?? ('callback' as const)]),
    ...(metadata ? (['metadata'] as const) : []),
    ...(logout || readLogoutToken ? (['logout'] as const) : []),
  ]
}
