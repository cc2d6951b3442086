// The operations over HTTP: routes, methods and what comes in follow from the contract.
import { isOperationId, OPERATIONS, type OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import { MANAGEMENT_PATH } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  onSendHookHandler,
  RouteHandlerMethod,
} from 'fastify'
import { ofRequest } from '../audit/context.ts'
import type { Deps } from '../deps.ts'
import { addJson, jsonOf } from '../http/json.ts'
import { allowOnly, refuseMethod } from '../http/methods.ts'
import { Parameters } from '../http/parameters.ts'
import { HttpProblem, tooManyRequests } from '../http/problem.ts'
import { authorityOfClient } from '../identity/administration/authority.ts'
import type { ManagementActor } from './actor.ts'
import { perform } from './perform.ts'
import { readQuery } from './query.ts'

/** How callers are known: by their access tokens, which the protocol knows how to read. */
export interface CallerCheck {
  /** @throws {HttpProblem} 401 */
  readonly requireCaller: (
    request: FastifyRequest,
    reply: FastifyReply,
  ) => Promise<Readonly<{ clientId: string; applicationId: string; scopes: readonly string[] }>>
  readonly giveNonce: onSendHookHandler
}

const CONFIG = { errors: 'problem details' } as const

export async function addManagement(app: FastifyInstance, deps: Deps, check: CallerCheck): Promise<void> {
  await app.register(async (scope) => {
    addJson(scope)
    const methods = new Map<string, ManagementOperation['method'][]>()
    for (const [id, row] of rows()) {
      const url = MANAGEMENT_PATH + row.path.replace(/\{(\w+)\}/g, ':$1')
      methods.set(url, [...(methods.get(url) ?? []), row.method])
      scope.route({
        method: row.method,
        url,
        config: CONFIG,
        onSend: check.giveNonce,
        ...(row.maxBodyBytes !== undefined && { bodyLimit: row.maxBodyBytes }),
        handler: handle(deps, check, id, row),
      })
    }
    for (const [url, allowed] of methods) allowOnly(scope, url, allowed, CONFIG)
    allowNothing(scope, `${MANAGEMENT_PATH}/*`)
  })
}

function rows(): readonly (readonly [OperationId, ManagementOperation])[] {
  const ids = Object.keys(OPERATIONS).filter(isOperationId)
  return ids.map((id) => [id, OPERATIONS[id]])
}

/** What is below the API and no operation, or one by another method. */
function allowNothing(scope: FastifyInstance, url: string): void {
  const onRequest: onRequestHookHandler = async (request, reply) => refuseMethod(request, reply)
  scope.all(url, { config: CONFIG, onRequest }, () => {
    throw new HttpProblem('not_found', 'there is no operation at this address', { status: 404 })
  })
}

function handle(deps: Deps, check: CallerCheck, id: OperationId, row: ManagementOperation): RouteHandlerMethod {
  return async (request, reply) => {
    const caller = await check.requireCaller(request, reply)
    await admit(deps, caller.clientId)
    const actor: ManagementActor = {
      authority: authorityOfClient(caller.applicationId, ofRequest(request)),
      client: { ...caller, scopes: new Set(caller.scopes) },
    }
    const { 'if-match': ifMatch, 'idempotency-key': key } = request.headers
    const { status, body, etag } = await perform(deps, actor, id, {
      params: request.params,
      query: readQuery(row, Parameters.ofUrl(request.raw.url ?? '')),
      body: jsonOf(request),
      ifMatch,
      idempotencyKey: key === undefined ? undefined : String(key),
    })
    if (etag !== undefined) reply.header('etag', etag)
    reply.code(status)
    return body
  }
}

async function admit({ limits }: Deps, clientId: string): Promise<void> {
  const { waitSeconds } = await limits.admit({ managementCalls: { about: clientId } })
  if (waitSeconds > 0)
    throw tooManyRequests('this client asks too often; wait as long as Retry-After says', waitSeconds)
}
