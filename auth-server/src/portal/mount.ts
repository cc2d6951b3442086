// Mounts the portal: its pages, and what is answered in its frame where no page gets to answer, because there is none or the request cannot be read.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { mountPages } from '../http/page-routes.ts'
import { HttpProblem } from '../http/problem.ts'
import { hearProblem, sendProblem } from '../http/problem-handler.ts'
import { PORTAL_PATH } from '../interaction/paths.ts'
import { portalPages, portalRoutes } from './index.ts'
import { type PortalSite, readerOf, visitorOf } from './person.ts'
import { notFoundPage, sendPortalProblem } from './problem/reply.ts'

/** @param toProblem what was thrown, as a problem */
export function addPortal(app: FastifyInstance, deps: Deps, toProblem: (error: unknown) => HttpProblem): void {
  const routes = portalRoutes(deps)
  const site: PortalSite = { deps, exists: (path) => Object.hasOwn(routes, path) }
  app.register(async (scope) => {
    scope.setErrorHandler(async (error, request, reply) => {
      const problem = toProblem(error)
      // All else knows its own page, or is logged as no fault of theirs.
      const visitor = problem.code === 'invalid_request' ? await visitorOf(deps, request) : undefined
      if (!visitor || problem.status >= 500) throw error
      request.log.info({ error: problem.code, status: problem.status }, problem.description)
      hearProblem(request, problem, error)
      sendPortalProblem(reply, readerOf(site, request, visitor), problem)
      return reply
    })
    mountPages(scope, portalPages(deps))
  })
  app.register(
    async (scope) => {
      scope.setNotFoundHandler(async (request: FastifyRequest, reply: FastifyReply) => {
        const visitor = await visitorOf(deps, request)
        if (visitor) notFoundPage(reply, readerOf(site, request, visitor))
        else sendProblem(reply, new HttpProblem('invalid_request', 'there is nothing at this address', { status: 404 }))
        return reply
      })
    },
    { prefix: PORTAL_PATH },
  )
}
