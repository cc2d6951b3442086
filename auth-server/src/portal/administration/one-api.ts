// The API that a page of administration is about; one of the server itself has no such page.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { FastifyRequest } from 'fastify'
import { HttpProblem } from '../../http/problem.ts'
import type { AnswerTo } from '../../management/ask.ts'
import { listedApis } from '../apis/routes.ts'
import type { PortalPerson } from '../route.ts'
import { idsOf } from './asked.ts'

export type Api = OperationAnswer<'apis.get'>

/** Those that have one. */
export async function ordinaryApis(me: PortalPerson): Promise<readonly Api[]> {
  return (await listedApis(me)).filter((api) => !api.built_in)
}

/** @throws {HttpProblem} 404 */
export async function apiOf(request: FastifyRequest, me: PortalPerson): Promise<AnswerTo<'apis.get'>> {
  const found = await me.ask('apis.get', { params: { id: idsOf(request).get('api') ?? '' } })
  if (found.body.built_in) throw new HttpProblem('not_found', 'this API is of the server itself', { status: 404 })
  return found
}
