// 405 for the methods that a path does not know, instead of a 404 that hides the path.
import type { FastifyInstance, HTTPMethods } from 'fastify'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const satisfies HTTPMethods[]

/** Registers 405 with an Allow header (RFC 9110 §15.5.6) for every method that the path has no route for yet. */
export function allowOnly(app: FastifyInstance, url: string, allowed: readonly (typeof METHODS)[number][]): void {
  app.route({
    method: METHODS.filter((method) => !app.hasRoute({ method, url })),
    url,
    handler: (_request, reply) =>
      reply
        .code(405)
        .headers({ allow: allowed.join(', ') })
        .send({ error: 'invalid_request', error_description: `use ${allowed.join(' or ')}` }),
  })
}
