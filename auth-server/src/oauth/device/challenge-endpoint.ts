// POST /devices/challenge: what the key of a device has to sign to be registered; an extension of ours.
import type { RouteHandlerMethod } from 'fastify'
import type { Deps } from '../../deps.ts'
import { authenticateClient } from '../client/authentication.ts'
import { readForm } from '../form-request.ts'
import { CHALLENGE_TTL_SECONDS, newChallenge } from './challenge.ts'
import { requireGuests } from './guests.ts'

export function deviceChallengeHandler(deps: Deps): RouteHandlerMethod {
  return async (request) => {
    const client = await authenticateClient(deps, readForm(request), request)
    requireGuests(client)
    const challenge = newChallenge(deps.config.tokenSecrets, client.clientId, client.readAt)
    return { challenge, expires_in: CHALLENGE_TTL_SECONDS }
  }
}
