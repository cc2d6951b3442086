// Where a backend has its callers from: the gateway's headers, the access token itself, or, for development, made up.
import type { IncomingMessage } from 'node:http'
import type { Identity } from './identity.ts'
import { type GatewayTrust, readIdentity } from './read-identity.ts'

/** Tells who sent a request, or throws an {IdentityError}. */
export type IdentitySource = (request: IncomingMessage) => Identity | Promise<Identity>

/** By the headers of the gateway. */
export function gatewayIdentity(options: GatewayTrust = {}): IdentitySource {
  // Not `headers`: there Node has joined what came twice.
  return ({ rawHeaders }) => readIdentity(rawHeaders, options)
}
