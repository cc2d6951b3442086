// Mounts the endpoints of the table.
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Deps } from '../deps.ts'
import { addJson } from '../http/json.ts'
import { allowOnly, routeEveryMethod } from '../http/methods.ts'
import { addCors } from './cors.ts'
import { giveNonce } from './dpop/proof.ts'
import { type Endpoint, pathsOf } from './endpoint.ts'
import { ENDPOINTS } from './endpoints.ts'
import { protocolParameters } from './misplaced-parameter.ts'

const PROTOCOL_PARAMETERS = protocolParameters(ENDPOINTS)

/** @param forPages what pages are given to work with */
export async function addEndpoints(app: FastifyInstance, forCalls: Deps, forPages: Deps): Promise<void> {
  addCors(app, forCalls)
  for (const endpoint of ENDPOINTS) {
    const deps = endpoint.errors === 'page' ? forPages : forCalls
    if (endpoint.body === 'json')
      await app.register(async (scope) => {
        addJson(scope)
        addRoutes(scope, deps, endpoint)
      })
    else addRoutes(app, deps, endpoint)
    const { methods, errors, cors } = endpoint
    for (const url of pathsOf(endpoint)) {
      if (cors === undefined) allowOnly(app, url, methods, { errors })
      else routeEveryMethod(app, url, methods, { errors, cors })
    }
  }
}

function addRoutes(app: FastifyInstance, deps: Deps, endpoint: Endpoint): void {
  const { cors, noStore = false, readsProofs = false, bodyLimitBytes: bodyLimit } = endpoint
  const handler = endpoint.handler(deps, app, ENDPOINTS)
  for (const url of pathsOf(endpoint))
    for (const { method, errors } of waysOfAsking(endpoint))
      app.route({
        method: method.filter((each) => each !== 'HEAD'),
        exposeHeadRoute: method.includes('HEAD'),
        url,
        config: { errors, cors, protocolParameters: PROTOCOL_PARAMETERS },
        ...(bodyLimit !== undefined && { bodyLimit }),
        ...(noStore && { onRequest: forbidStoring }),
        ...(readsProofs && { onSend: giveNonce(deps) }),
        handler,
      })
}

/** Its methods by how they answer errors. */
function waysOfAsking({ methods, errors, getIsPage = false }: Endpoint) {
  if (!getIsPage) return [{ method: methods, errors }]
  return methods.map((method) => ({ method: [method], errors: method === 'GET' ? ('page' as const) : errors }))
}

const forbidStoring: onRequestHookHandler = (_request, reply, done) => {
  reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
  done()
}
