// The addresses of this server that are registered at identity providers, so they never change.

/**
 * Where answers come by a redirect, where SAML responses are posted, what a SAML provider reads about this server, and
 * where an OpenID Connect provider says that a sign-in is over.
 */
export type FederationAddress = 'callback' | 'acs' | 'metadata' | 'logout'

/** As a pattern unless of one provider. */
export function federationPath(address: FederationAddress, provider = ':provider'): string {
  return ['/federation', provider, address].join('/')
}
