// 405 for the methods that a path does not know, instead of a 404 that hides the path.
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
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
type Method = (typeof METHODS)[number]

/** The answer to whatever method a path does not know, and how the path answers errors. */
interface KnownPath {
  readonly allowed: readonly string[]
  readonly problem: HttpProblem
  readonly errors: FastifyContextConfig['errors']
  /** Its pattern, part by part. */
  readonly parts: readonly string[]
}

declare module 'fastify' {
  interface FastifyInstance {
    /** By the pattern of the route. */
    knownPaths: Map<string, KnownPath>
  }
}

/** Answers requests that find no route, but a path that other methods know. */
export function addMethods(app: FastifyInstance): void {
  app.decorate('knownPaths', new Map())
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404 || refuseMethod(request, reply) === undefined) done()
  })
}

/** The answer, if the path is known and the method is what it lacks. Undefined: nothing is sent. */
export function refuseMethod({ server, url, method }: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const path = routedPath(url)
  const found = server.knownPaths.get(path) ?? mostFitting(server.knownPaths.values(), path.split('/'))
  if (found !== undefined && !found.allowed.includes(method)) return sendProblem(reply, found.problem, found.errors)
}

/** As the router reads it, which has refused by now what does not decode; a fragment no client should send. */
function routedPath(url: string): string {
  const [path = ''] = pathOf(url).split('#', 1)
  return decodeURI(path)
}

/** As the router chooses: what is written out goes before a parameter. */
function mostFitting(known: Iterable<KnownPath>, path: readonly string[]): KnownPath | undefined {
  const fits = ({ parts }: KnownPath): boolean =>
    parts.length === path.length && parts.every((part, index) => part.startsWith(':') || part === path[index])
  const parameters = ({ parts }: KnownPath): number => parts.filter((part) => part.startsWith(':')).length
  return [...known].filter(fits).sort((a, b) => parameters(a) - parameters(b))[0]
}

/** Answers 405 with an Allow header (RFC 9110 §15.5.6) to every method that the path has no route for. */
export function allowOnly(
  app: FastifyInstance,
  url: string,
  allowed: readonly Method[],
  { errors }: FastifyContextConfig = {},
): HttpProblem {
  const description = `use ${allowed.join(' or ')}`
  const headers = { allow: allowed.join(', ') }
  const problem = new HttpProblem('invalid_request', description, { status: 405, headers })
  app.knownPaths.set(url, { allowed, problem, errors, parts: url.split('/') })
  return problem
}

/**
 * The same by routes of those other methods, where hooks have to know the path whatever the method. They are many for the
 * router, so other paths do without.
 */
export function routeEveryMethod(
  app: FastifyInstance,
  url: string,
  allowed: readonly Method[],
  config: FastifyContextConfig,
): void {
  const problem = allowOnly(app, url, allowed, config)
  app.route({
    method: METHODS.filter((method) => !app.hasRoute({ method, url })),
    url,
    config,
    // Before a body is read: what it would have to be, does not matter any more.
    onRequest: async (_request, reply) => sendProblem(reply, problem),
    handler: () => {},
  })
}
