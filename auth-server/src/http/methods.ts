// 405 for the methods that a path does not know, instead of a 404 that hides the path.
import type { FastifyContextConfig, FastifyInstance, HTTPMethods } from 'fastify'
import { HttpProblem } from './problem.ts'
import { sendProblem } from './problem-handler.ts'
import { pathOf } from './request-path.ts'

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'QUERY',
] as const satisfies HTTPMethods[]

/** The answers to whatever method a path does not know, by the pattern of its route. */
type KnownPaths = Map<string, Readonly<{ problem: HttpProblem; errors: FastifyContextConfig['errors'] }>>

declare module 'fastify' {
  interface FastifyInstance {
    knownPaths: KnownPaths
  }
}

/** Methods that the router has no word for (PROPFIND, LINK …) find no route; they are answered by the path alone. */
export function addMethods(app: FastifyInstance): void {
  const known: KnownPaths = new Map()
  app.decorate('knownPaths', known)
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return
    const path = pathOf(request.url)
    const found = known.get(path) ?? [...known].find(([pattern]) => fits(pattern, path))?.[1]
    if (found) return sendProblem(reply, found.problem, found.errors)
  })
}

function fits(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index])
}

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
  app.knownPaths.set(url, { problem, errors: config.errors })
  app.route({
    method: METHODS.filter((method) => !app.hasRoute({ method, url })),
    url,
    config,
    // Before a body is read: what it would have to be, does not matter any more.
    onRequest: async (_request, reply) => sendProblem(reply, problem),
    handler: () => {},
  })
}
