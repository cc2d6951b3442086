// Step 3 of /authorize: where the answer goes. From here on errors are redirects (RFC 6749 §4.1.2.1).

import { isRegistered, type RedirectKind, redirectKind } from '../../catalogue/redirect-uri.ts'
import { OAuthError } from '../errors.ts'
import { UnregisteredRedirect } from '../unregistered-redirect.ts'
import type { KnownClient } from './known-client.ts'

export type TrustedRedirect = KnownClient & Readonly<{ redirectUri: string; redirectKind: RedirectKind }>

/** @throws {OAuthError} | {ParameterError} unless the redirect URI is registered; answered by a page, never a redirect. */
export function trustRedirect(known: KnownClient): TrustedRedirect {
  const { applicationId, redirectUris, kind } = known.client
  const named = known.parameters.get('redirect_uri')
  const redirectUri = named ?? onlyOne(redirectUris)
  if (redirectUri === undefined)
    throw new OAuthError(
      'invalid_request',
      'redirect_uri is missing, and the application has not registered exactly one',
    )
  if (redirectUri !== known.trial?.redirectUri && !isRegistered(redirectUri, redirectUris, kind))
    throw new UnregisteredRedirect({
      parameter: 'redirect_uri',
      applicationId,
      received: redirectUri,
      registered: redirectUris,
    })
  return { ...known, redirectUri, redirectKind: redirectKind(redirectUri) }
}

// A registered loopback address lacks the port that the app listens on, so it cannot be left out.
function onlyOne(uris: readonly string[]): string | undefined {
  const [only] = uris
  return uris.length === 1 && only !== undefined && redirectKind(only) !== 'loopback' ? only : undefined
}
