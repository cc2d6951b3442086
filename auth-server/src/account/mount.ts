// Mounts the account: its pages, and its frame around what no page answers.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { mountFramedPages } from '../http/framed-pages.ts'
import type { HttpProblem } from '../http/problem.ts'
import { ACCOUNT_PATH } from '../interaction/paths.ts'
import { ownPages } from './index.ts'
import { type AccountVisitor, NONE, personOf, visitorOf } from './person.ts'
import { notFoundPage, unreadablePage } from './problem.ts'

/** @param toProblem what was thrown, as a problem */
export function addAccount(app: FastifyInstance, deps: Deps, toProblem: (error: unknown) => HttpProblem): void {
  const readerOf = (request: FastifyRequest, visitor: AccountVisitor) => personOf(deps, request, visitor, NONE)
  mountFramedPages(
    app,
    {
      path: ACCOUNT_PATH,
      pages: ownPages(deps),
      visitorOf: (request) => visitorOf(deps, request),
      sendUnreadable: (reply, request, visitor, problem) => unreadablePage(reply, readerOf(request, visitor), problem),
      sendNotFound: (reply, request, visitor) => notFoundPage(reply, readerOf(request, visitor)),
    },
    toProblem,
  )
}
