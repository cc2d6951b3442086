// POST /token (RFC 6749 §3.2): who is calling, then which grant.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import { formOf } from '../../http/form.ts'
import { allowOnly } from '../../http/methods.ts'
import type { Parameters } from '../../http/parameters.ts'
import { authenticateClient } from '../client-auth.ts'
import { OAuthError } from '../errors.ts'
import { GRANTS } from './grants/index.ts'

const MAY_REPEAT = new Set(['resource'])

export const addToken = (app: FastifyInstance, deps: Deps): void => {
  app.post('/token', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    const parameters = readForm(request)
    const client = await authenticateClient(deps.db, parameters, request.headers.authorization)
    const grantType = parameters.get('grant_type')
    if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is missing')
    const handle = GRANTS.get(grantType)
    if (!handle)
      throw new OAuthError('unsupported_grant_type', `grant_type is one of: ${[...GRANTS.keys()].join(', ')}`)
    return handle(deps, { client, parameters, log: request.log })
  })
  allowOnly(app, '/token', ['POST'])
}

const readForm = (request: FastifyRequest): Parameters => {
  const form = formOf(request)
  if (!form)
    throw new OAuthError('invalid_request', 'send the parameters as application/x-www-form-urlencoded in the body')
  // OAuth 2.1 §3.2: credentials in a URL end up in logs.
  if (request.raw.url?.includes('?'))
    throw new OAuthError('invalid_request', 'send the parameters in the body, not in the URL')
  form.requireSound(MAY_REPEAT)
  return form
}
