// POST /token (RFC 6749 §3.2), also per API: who is calling, with which key, then which grant.
import type { RouteHandlerMethod } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { Client } from '../../store/tables/clients.ts'
import { authenticateClient } from '../client/authentication.ts'
import { acceptProof, readProof } from '../dpop/proof.ts'
import { OAuthError } from '../errors.ts'
import { fixedResource, resourcesFor } from '../fixed-api.ts'
import { readForm } from '../form-request.ts'
import { oneResource } from '../resource.ts'
import { GRANTS } from './grants/index.ts'

/**
 * A refresh token bound to a key is worth as much as the key, for months; a nonce makes sure that the key is at hand now
 * and that no proof was made in advance (RFC 9449 §11.2). Such tokens are those of public clients, also one that is about
 * to be bound. A code lives for a minute and comes with a verifier: a nonce would only cost its client a second request.
 */
function wantsNonce(client: Client, grantType: string): boolean {
  return grantType === 'refresh_token' && client.authMethod === 'none'
}

export function tokenHandler(deps: Deps): RouteHandlerMethod {
  return async (request, reply) => {
    const parameters = readForm(request)
    const fixed = await fixedResource(deps.db, request)
    const client = await authenticateClient(deps, parameters, request)
    const grantType = parameters.get('grant_type')
    if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is missing')
    const grant = GRANTS.get(grantType)
    if (!grant) throw new OAuthError('unsupported_grant_type', `grant_type is one of: ${[...GRANTS.keys()].join(', ')}`)
    if (!client.grantTypes.includes(grantType))
      throw new OAuthError('unauthorized_client', `this application is not registered for ${grantType}`)
    const resource = oneResource(resourcesFor(fixed, parameters.getAll('resource')))
    const standing = request.headers.dpop === undefined ? undefined : grant.standsOn?.(deps.config, parameters)
    const proof = await readProof(deps, request)
    // RFC 9449 §5.2: no proof, no tokens, for a client registered so.
    if (!proof && client.dpopBound)
      throw new OAuthError('invalid_dpop_proof', 'this client has to send a DPoP proof with each token request')
    const nonce = wantsNonce(client, grantType) ? 'demanded' : 'not demanded'
    // The grant judges the key: it alone knows which one its code or refresh token is bound to.
    const judged = { ath: 'not demanded', key: 'not demanded', nonce, standing } as const
    const dpopJkt = proof ? await acceptProof(deps, reply, proof, judged) : null
    const answer = await grant.answer(deps, { client, parameters, resource, dpopJkt, log: request.log })
    deps.metrics.tokensIssued.inc({ grant: grantType })
    return answer
  }
}
