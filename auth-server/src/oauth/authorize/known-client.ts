// Step 2 of /authorize: which application is asking, and whether anybody let it in. Errors are pages: there is nobody to redirect to yet.

import type { Clients } from '../../store/kept-clients.ts'
import { type Client, isApproved } from '../../store/queries/clients.ts'
import { requireInUse } from '../client/suspension.ts'
import { OAuthError } from '../errors.ts'
import type { RawRequest } from './raw-request.ts'
import type { AskedTrial } from './trial.ts'
import { WaitingClient } from './waiting-client.ts'

export type KnownClient = RawRequest &
  Readonly<{
    client: Client
    /** Where the parameters were pushed ahead (RFC 9126): by which URI, and proving which key; whose device signed it, if one did. */
    pushed: Readonly<{ uriHash: string; dpopJkt: string | null; deviceJkt: string | null }> | null
    /** The trial that it belongs to, if it is one of a developer's (trial.ts). */
    trial: AskedTrial | null
  }>

/** @throws {OAuthError} | {ParameterError} when client_id is missing, repeated, unknown or suspended, or no subscription of its is approved. */
export async function requireClient(clients: Clients, raw: RawRequest): Promise<KnownClient> {
  const clientId = raw.parameters.get('client_id')
  if (clientId === undefined) throw new OAuthError('invalid_request', 'client_id is missing')
  const client = await clients.find(clientId)
  if (!client) throw new OAuthError('invalid_request', 'no application has this client_id')
  requireInUse(client)
  // RFC 9700 §4.11.2: nobody has looked at its redirect URIs yet, so not even an error is sent there.
  if (!isApproved(client)) throw new WaitingClient(client)
  return { ...raw, client, pushed: null, trial: null }
}
