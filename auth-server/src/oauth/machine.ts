// Machines at APIs of this server itself: whose access token it is, and whether it still stands.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { noteCaller } from '../http/caller.ts'
import type { Client } from '../store/queries/clients.ts'
import { readAccessToken } from '../tokens/access-token.ts'
import { bearerError, requirePresentedToken } from './bearer.ts'
import { requirePossession } from './dpop/proof.ts'

/** A machine that calls, and what it may do here. */
export interface CallingMachine {
  readonly client: Client
  /** Those that its token names, as far as its subscription still has them. */
  readonly scopes: readonly string[]
}

/** Which of this server's own APIs is called, and the scope that it takes in any case. */
export interface CalledApi {
  readonly resource: string
  readonly scope?: string
}

/**
 * Lets machines in that may call an API of this server, as long as they may.
 * @throws {OAuthError} invalid_token, insufficient_scope (RFC 6750 §3.1), and what a DPoP proof is refused with.
 */
export async function requireMachine(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { resource, scope }: CalledApi,
): Promise<CallingMachine> {
  const { config, keys, clients } = deps
  const presented = requirePresentedToken(request)
  const token = await readAccessToken(config.issuer, keys, presented.token)
  if (token?.resource !== resource || token.grantId !== undefined)
    throw bearerError('invalid_token', 'the access token is not one of a machine for this API')
  const client = await clients.find(token.clientId)
  if (client) noteCaller(request, { clientId: client.clientId })
  const subscription = client?.subscriptions.find((each) => each.resource === resource)
  if (!client || !subscription || token.expiresAt <= client.readAt)
    throw bearerError('invalid_token', 'the access token is not valid any more')
  const scopes = token.scopes.filter((name) => subscription.scopes.some((offer) => offer.name === name))
  if (scope !== undefined && !scopes.includes(scope))
    throw bearerError('insufficient_scope', `the scope ${scope} is missing`, scope)
  await requirePossession(deps, request, reply, presented, token.dpopJkt)
  return { client, scopes }
}
