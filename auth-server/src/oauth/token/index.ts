// POST /token (RFC 6749 §3.2), also per API: who is calling, with which key, then which grant.
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../../deps.ts'
import { allowOnly } from '../../http/methods.ts'
import { authenticateClient } from '../client-auth.ts'
import { OAuthError } from '../errors.ts'
import { fixedResource, mounts, resourcesFor } from '../fixed-api.ts'
import { readForm } from '../form-request.ts'
import { oneResource } from '../resource.ts'
import { GRANTS } from './grants/index.ts'

export const addToken = (app: FastifyInstance, deps: Deps): void => {
  for (const url of mounts('/token')) {
    app.post(url, async (request, reply) => {
      reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
      const parameters = readForm(request)
      const fixed = await fixedResource(deps.db, request)
      const client = await authenticateClient(deps, parameters, request.headers.authorization)
      const grantType = parameters.get('grant_type')
      if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is missing')
      const handle = GRANTS.get(grantType)
      if (!handle)
        throw new OAuthError('unsupported_grant_type', `grant_type is one of: ${[...GRANTS.keys()].join(', ')}`)
      if (!client.grantTypes.includes(grantType))
        throw new OAuthError('unauthorized_client', `this application is not registered for ${grantType}`)
      const resource = oneResource(resourcesFor(fixed, parameters.getAll('resource')))
      return handle(deps, { client, parameters, resource, dpopJkt: null, log: request.log })
    })
    allowOnly(app, url, ['POST'])
  }
}
