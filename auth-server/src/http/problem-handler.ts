// The one place where what was thrown becomes an answer: a page, JSON in the words of OAuth, or problem details (RFC 9457).
import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorPage } from '../pages/error.ts'
import { sendPage } from '../pages/send-page.ts'
import { HttpProblem } from './problem.ts'
import { REQUEST_ID } from './request-id.ts'
import { securityHeaders } from './security-headers.ts'
import { logSparingly } from './sparing-log.ts'
import type { IsVisited } from './visited-path.ts'

type Renderer = (reply: FastifyReply, problem: HttpProblem) => FastifyReply

/** For a person, who looks at the answer. */
function page(reply: FastifyReply, problem: HttpProblem): FastifyReply {
  const { code, description, status, headers, evidence, way } = problem
  const retryAfterSeconds = Number(headers['retry-after'] ?? 0)
  const shown = status === 404 ? 'not_found' : (problem.page ?? code)
  return sendPage(reply, errorPage({ code: shown, description, retryAfterSeconds, evidence, way }))
}

/** For an app (RFC 6749 §5.2). */
function oauth(reply: FastifyReply, { code, description }: HttpProblem): FastifyReply {
  return reply.header('cache-control', 'no-store').send({ error: code, error_description: description })
}

/** For a program of ours (RFC 9457 §3); the type is `about:blank`, so the title is the status', and `code` and `reason` tell them apart. */
function problemDetails(reply: FastifyReply, { code, description, status, refusal }: HttpProblem): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify({ title: STATUS_CODES[status], status, code, reason: refusal?.reason, detail: description }))
}

const RENDERERS = { page, oauth, 'problem details': problemDetails } as const satisfies Record<string, Renderer>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How this route answers errors; `oauth` unless it says otherwise. */
    errors?: keyof typeof RENDERERS | undefined
  }
}

/** Is told of each problem, and of what was thrown. */
type Hear = (problem: HttpProblem, error: unknown, request: FastifyRequest) => void

declare module 'fastify' {
  interface FastifyInstance {
    readonly hearProblem: Hear
  }
}

/** For whoever answers a problem in a page of their own: it counts as any other. */
export function hearProblem(request: FastifyRequest, problem: HttpProblem, error: unknown = problem): void {
  request.server.hearProblem(problem, error, request)
}

/** A kind of error that knows no status, and the problem that it is. */
export interface ProblemRow {
  readonly fits: (error: Error) => boolean
  readonly problem: (error: Error) => HttpProblem
}

/** A person's browser says so; a program does not. */
function takesPage({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').includes('text/html')
}

/** By the route; where there is none, by who asks. */
function rendererOf(request: FastifyRequest): keyof typeof RENDERERS {
  const { routeOptions, is404 } = request
  return routeOptions.config.errors ?? (is404 && takesPage(request) ? 'page' : 'oauth')
}

/** Answers with a problem that nobody need hear of in the log. */
export function sendProblem(
  reply: FastifyReply,
  problem: HttpProblem,
  renderer: keyof typeof RENDERERS = rendererOf(reply.request),
): FastifyReply {
  if (problem.location !== undefined) return reply.redirect(problem.location, 303)
  return RENDERERS[renderer](reply.code(problem.status).headers(problem.headers), problem)
}

/** Answers addresses that cannot be routed at all (`/%zz`, endless ids), as a page where a browser asks; they pass no hook, so the headers are set here. */
export function refuseAddress(isVisited: IsVisited) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const status = error.statusCode ?? 400
    const headers = { ...securityHeaders(isVisited(request.url)), [REQUEST_ID]: request.id }
    const description = 'the address of this request cannot be read'
    const renderer = takesPage(request) ? 'page' : 'oauth'
    return sendProblem(reply, new HttpProblem('invalid_request', description, { status, headers }), renderer)
  }
}

/** What was thrown, as a problem: by the first row that fits, else 500 with the cause for the log. */
export function toProblem(table: readonly ProblemRow[], error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error
  const row = error instanceof Error ? table.find(({ fits }) => fits(error)) : undefined
  if (row && error instanceof Error) return row.problem(error)
  const description = 'something went wrong on our side; it has been logged'
  return new HttpProblem('server_error', description, { status: 500, cause: error })
}

/**
 * @param table by which other errors than problems are translated; the first row that fits counts.
 */
export function addProblemHandler(app: FastifyInstance, table: readonly ProblemRow[], hear: Hear = () => {}): void {
  app.decorate('hearProblem', hear)
  const sparing = logSparingly()

  function note({ log, method, routeOptions }: FastifyRequest, problem: HttpProblem): void {
    const { status, code, detail, description, cause, message } = problem
    const kind = cause instanceof Error ? cause.name : 'unknown'
    if (status === 503) sparing.error(log, kind, cause, message)
    else if (status >= 500) log.error({ err: cause }, message)
    else log.info({ error: code, detail, status, method, route: routeOptions.url }, description)
  }

  app.setErrorHandler((error: unknown, request, reply) => {
    const problem = toProblem(table, error)
    note(request, problem)
    hear(problem, error, request)
    return sendProblem(reply, problem)
  })
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, new HttpProblem('invalid_request', 'there is nothing at this address', { status: 404 })),
  )
}
