// 405 for the methods that a path does not know, instead of a 404 that hides the path.
import type { FastifyContextConfig, FastifyInstance, HTTPMethods } from 'fastify'
import { HttpProblem } from './problem.ts'
import { sendProblem } from './problem-handler.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const satisfies HTTPMethods[]

/**
 * Registers 405 with an Allow header (RFC 9110 §15.5.6) for every method that the path has no route for yet.
 * @param config what hooks have to know of the path, whatever the method, and how it answers errors
 */
export function allowOnly(
  app: FastifyInstance,
  url: string,
  allowed: readonly (typeof METHODS)[number][],
  config: FastifyContextConfig = {},
): void {
  const problem = new HttpProblem('invalid_request', `use ${allowed.join(' or ')}`, {
    status: 405,
    headers: { allow: allowed.join(', ') },
  })
  app.route({
    method: METHODS.filter((method) => !app.hasRoute({ method, url })),
    url,
    config,
    handler: (_request, reply) => sendProblem(reply, problem),
  })
}
