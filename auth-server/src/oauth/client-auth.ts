// Who is calling the token endpoint: client authentication (RFC 6749 §2.3, §3.2.1).
import type { Parameters } from '../http/parameters.ts'
import { type Client, findClient } from '../store/clients.ts'
import type { Db } from '../store/database.ts'
import { OAuthError } from './errors.ts'

/** The methods on offer; a native app has none, because what ships in an app is no secret (RFC 8252 §8.5). */
export const TOKEN_ENDPOINT_AUTH_METHODS = ['none'] as const

const CREDENTIALS = ['client_secret', 'client_assertion', 'client_assertion_type'] as const

const refused = (description: string, authorization: string | undefined): OAuthError =>
  new OAuthError('invalid_client', description, {
    // RFC 6749 §5.2: who tried the Authorization header is answered in its scheme.
    headers: authorization === undefined ? {} : { 'www-authenticate': 'Basic realm="token endpoint", charset="UTF-8"' },
  })

/** The client that a token request comes from. @throws {OAuthError} invalid_client. */
export const authenticateClient = async (
  db: Db,
  parameters: Parameters,
  authorization: string | undefined,
): Promise<Client> => {
  const sent = CREDENTIALS.find((name) => parameters.get(name) !== undefined)
  if (authorization !== undefined && sent !== undefined)
    throw new OAuthError('invalid_request', 'use one way of client authentication, not two')
  const clientId = parameters.get('client_id')
  if (authorization !== undefined || sent !== undefined)
    throw refused('this server knows public clients only: send client_id and no credentials', authorization)
  if (clientId === undefined) throw refused('client_id is missing', authorization)
  const client = await findClient(db, clientId)
  if (!client) throw refused('no application has this client_id', authorization)
  return client
}
