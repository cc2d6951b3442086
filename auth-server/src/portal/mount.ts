// Mounts the portal: its pages, and its frame around what no page answers.
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { mountFramedPages } from '../http/framed-pages.ts'
import type { HttpProblem } from '../http/problem.ts'
import { PORTAL_PATH } from '../interaction/paths.ts'
import { portalPages, portalRoutes } from './index.ts'
import { type PortalSite, readerOf, visitorOf } from './person.ts'
import { notFoundPage, sendPortalProblem } from './problem/reply.ts'

/** @param toProblem what was thrown, as a problem */
export function addPortal(app: FastifyInstance, deps: Deps, toProblem: (error: unknown) => HttpProblem): void {
  const routes = portalRoutes(deps)
  const site: PortalSite = { deps, exists: (path) => Object.hasOwn(routes, path) }
  mountFramedPages(
    app,
    {
      path: PORTAL_PATH,
      pages: portalPages(deps),
      visitorOf: (request) => visitorOf(deps, request),
      sendUnreadable: (reply, request, visitor, problem) =>
        sendPortalProblem(reply, readerOf(site, request, visitor), problem),
      sendNotFound: (reply, request, visitor) => notFoundPage(reply, readerOf(site, request, visitor)),
    },
    toProblem,
  )
}
