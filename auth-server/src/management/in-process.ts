// The management API without a network: answers what the SDK's client sends, in this process, for somebody who is known.
import { isOperationId, OPERATIONS, type OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import { MANAGEMENT_PATH } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import type { SendRequest } from '@mobile-api-gateway/sdk/management/send-request.ts'
import type { Deps } from '../deps.ts'
import { Parameters } from '../http/parameters.ts'
import { toProblem } from '../http/problem-handler.ts'
import { PROBLEMS } from '../problems.ts'
import type { ManagementActor } from './actor.ts'
import { perform } from './perform.ts'
import { readQuery } from './query.ts'
import { notFound } from './refusals.ts'

/**
 * For `fetch` of `createManagementClient`, with `credentials: 'none'`: all it sends is asked by `actor`. It answers as the
 * server does over the network, also where something went wrong.
 * @param hear is told what stands behind an answer of 500
 */
export function answerInProcess(deps: Deps, actor: ManagementActor, hear: (cause: unknown) => void): SendRequest {
  return async (address, init) => {
    try {
      const { pathname, search } = new URL(address)
      const { id, row, params } = findOperation(init.method ?? 'GET', pathname.slice(MANAGEMENT_PATH.length))
      const headers = new Headers(init.headers)
      const { status, body, etag } = await perform(deps, actor, id, {
        params,
        query: readQuery(row, Parameters.ofUrl(pathname + search)),
        body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
        ifMatch: headers.get('if-match') ?? undefined,
        idempotencyKey: headers.get('idempotency-key') ?? undefined,
      })
      const text = body === undefined ? null : JSON.stringify(body)
      return new Response(text, { status, headers: etag === undefined ? {} : { etag } })
    } catch (error) {
      const { code, description, status, cause } = toProblem(PROBLEMS, error)
      if (status === 500) hear(cause)
      return Response.json({ code, detail: description }, { status })
    }
  }
}

interface FoundOperation {
  readonly id: OperationId
  readonly row: ManagementOperation
  readonly params: Readonly<Record<string, string>>
}

function findOperation(method: string, path: string): FoundOperation {
  for (const id of Object.keys(OPERATIONS).filter(isOperationId)) {
    const row: ManagementOperation = OPERATIONS[id]
    const params = row.method === method ? paramsOf(row.path, path) : undefined
    if (params) return { id, row, params }
  }
  throw notFound('operation at this address')
}

function paramsOf(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const text = decodeURIComponent(given[index] ?? '')
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined && part !== text) return undefined
    if (name !== undefined) params[name] = text
  }
  return params
}
