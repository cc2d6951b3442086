// POST /token (RFC 6749 §3.2), also per API: who is calling, with which key, then which grant.
import type { RouteHandlerMethod } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { noteEvidence } from '../../catalogue/evidence.ts'
import type { Deps } from '../../deps.ts'
import { authenticateClient } from '../client/authentication.ts'
import { requireInUse } from '../client/suspension.ts'
import { acceptProof, readProof } from '../dpop/proof.ts'
import { OAuthError } from '../errors.ts'
import { fixedResource, resourcesFor } from '../fixed-api.ts'
import { readForm } from '../form-request.ts'
import { oneResource } from '../resource.ts'
import { requireGrant } from './grants/grant.ts'
import { GRANTS } from './grants/index.ts'

export function tokenHandler(deps: Deps): RouteHandlerMethod {
  return async (request, reply) => {
    const parameters = readForm(request)
    const fixed = await fixedResource(deps.db, request)
    const client = await authenticateClient(deps, parameters, request)
    requireInUse(client)
    const grantType = parameters.get('grant_type')
    if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is missing')
    const grant = GRANTS.get(grantType)
    if (!grant) throw new OAuthError('unsupported_grant_type', `grant_type is one of: ${[...GRANTS.keys()].join(', ')}`)
    requireGrant(client, grantType)
    const resource = oneResource(resourcesFor(fixed, parameters.getAll('resource')))
    const { presented, demandsNonce, answer } = grant.read(deps, parameters, client)
    const proof = await readProof(deps, request)
    // RFC 9449 §5.2: no proof, no tokens, for a client registered so.
    if (!proof && client.dpopBound)
      throw new OAuthError('invalid_dpop_proof', 'this client has to send a DPoP proof with each token request')
    const nonce = demandsNonce ? 'demanded' : 'not demanded'
    // The grant judges the key: it alone knows which one its code or refresh token is bound to.
    const judged = { ath: 'not demanded', key: 'not demanded', nonce, presented } as const
    const dpopJkt = proof ? await acceptProof(deps, reply, proof, judged) : null
    const context = ofRequest(request)
    const response = await answer({ client, resource, dpopJkt, log: request.log, context })
    if (dpopJkt !== null) await noteEvidence(deps.db, client.applicationId, [{ fact: 'dpop' }])
    request.log.info({ step: 'issued tokens', note: grantType }, 'the app gets tokens')
    deps.metrics.tokensIssued.inc({ grant: grantType })
    return response
  }
}
