// Mounts the pages of those who are signed in, with what is answered in their frame where no page gets to answer, because there is none or the request cannot be read.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mountPages, type Pages } from './page-routes.ts'
import { HttpProblem } from './problem.ts'
import { hearProblem, sendProblem } from './problem-handler.ts'

/** Pages below a path. Whoever is not signed in gets no frame, but what everybody gets. */
export interface FramedPages<Visitor> {
  readonly path: string
  readonly pages: Pages
  readonly visitorOf: (request: FastifyRequest) => Promise<Visitor | undefined>
  readonly sendUnreadable: (
    reply: FastifyReply,
    request: FastifyRequest,
    visitor: Visitor,
    problem: HttpProblem,
  ) => FastifyReply
  readonly sendNotFound: (reply: FastifyReply, request: FastifyRequest, visitor: Visitor) => FastifyReply
}

/** @param toProblem what was thrown, as a problem */
export function mountFramedPages<Visitor>(
  app: FastifyInstance,
  { path, pages, visitorOf, sendUnreadable, sendNotFound }: FramedPages<Visitor>,
  toProblem: (error: unknown) => HttpProblem,
): void {
  app.register(async (scope) => {
    scope.setErrorHandler(async (error, request, reply) => {
      const problem = toProblem(error)
      // All else knows its own page, or is logged as no fault of theirs.
      const isUnreadable = problem.code === 'invalid_request' && problem.status < 500
      const visitor = isUnreadable ? await visitorOf(request) : undefined
      if (!visitor) throw error
      request.log.info({ error: problem.code, status: problem.status }, problem.description)
      hearProblem(request, problem, error)
      sendUnreadable(reply, request, visitor, problem)
      return reply
    })
    mountPages(scope, pages)
  })
  app.register(
    async (scope) => {
      scope.setNotFoundHandler(async (request: FastifyRequest, reply: FastifyReply) => {
        const visitor = await visitorOf(request)
        if (visitor) sendNotFound(reply, request, visitor)
        else sendProblem(reply, new HttpProblem('invalid_request', 'there is nothing at this address', { status: 404 }))
        return reply
      })
    },
    { prefix: path },
  )
}
