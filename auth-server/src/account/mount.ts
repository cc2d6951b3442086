// Mounts the account: its pages, and what is answered in its frame where no page gets to answer, because there is none or the request cannot be read.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { mountPages } from '../http/page-routes.ts'
import { HttpProblem } from '../http/problem.ts'
import { hearProblem, sendProblem } from '../http/problem-handler.ts'
import { ACCOUNT_PATH } from '../interaction/paths.ts'
import { ownPages } from './index.ts'
import { NONE, personOf, visitorOf } from './person.ts'
import { notFoundPage, unreadablePage } from './problem.ts'

/** @param toProblem what was thrown, as a problem */
export function addAccount(app: FastifyInstance, deps: Deps, toProblem: (error: unknown) => HttpProblem): void {
  app.register(async (scope) => {
    scope.setErrorHandler(async (error, request, reply) => {
      const problem = toProblem(error)
      const isUnreadable = problem.code === 'invalid_request' && problem.status < 500
      const visitor = isUnreadable ? await visitorOf(deps, request) : undefined
      if (!visitor) throw error
      request.log.info({ error: problem.code, status: problem.status }, problem.description)
      hearProblem(request, problem, error)
      unreadablePage(reply, personOf(deps, request, visitor, NONE), problem)
      return reply
    })
    mountPages(scope, ownPages(deps))
  })
  app.register(
    async (scope) => {
      scope.setNotFoundHandler(async (request: FastifyRequest, reply: FastifyReply) => {
        const visitor = await visitorOf(deps, request)
        if (visitor) notFoundPage(reply, personOf(deps, request, visitor, NONE))
        else sendProblem(reply, new HttpProblem('invalid_request', 'there is nothing at this address', { status: 404 }))
        return reply
      })
    },
    { prefix: ACCOUNT_PATH },
  )
}
