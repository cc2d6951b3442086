// Between steps 2 and 3 of /authorize: a request that was pushed takes the place of what the browser brought (RFC 9126 §4).
import { sha256 } from '../../crypto/digest.ts'
import { randomSecret } from '../../crypto/random.ts'
import { Parameters } from '../../http/parameters.ts'
import type { Db } from '../../store/database.ts'
import { findPushedRequest } from '../../store/tables/pushed-requests.ts'
import { OAuthError } from '../errors.ts'
import type { KnownClient } from './known-client.ts'

const PREFIX = 'urn:ietf:params:oauth:request_uri:'

/** A fresh URI: as hard to guess as a code, since whoever knows it can begin the sign-in (§2.2, §7.1). */
export function newRequestUri(): string {
  return PREFIX + randomSecret()
}

/** The description says nothing of which: unknown, ended, used, or another application's. */
export function spentRequestUri(): OAuthError {
  return new OAuthError(
    'invalid_request_uri',
    'this sign-in link has been used or has expired; go back to the app and start again',
  )
}

/**
 * Resolves a `request_uri` of ours for the client that pushed it; everything else in the query is ignored then. What was
 * pushed is validated again by the steps that follow, since the registration may have changed (§4). Any other
 * `request_uri` is left for them to refuse, unopened.
 * @throws {OAuthError} | {ParameterError} answered by a page.
 */
export async function resolvePushed(db: Db, known: KnownClient): Promise<KnownClient> {
  const requestUri = known.parameters.get('request_uri')
  if (!requestUri?.startsWith(PREFIX)) return known
  const uriHash = sha256(requestUri)
  const found = await findPushedRequest(db, uriHash, known.client.applicationId)
  if (!found) throw spentRequestUri()
  const { parameters, dpopJkt, deviceJkt } = found
  return { ...known, parameters: Parameters.parse(parameters), pushed: { uriHash, dpopJkt, deviceJkt } }
}
