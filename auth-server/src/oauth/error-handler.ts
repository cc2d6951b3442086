// The one place where errors become responses: a redirect, a page, or JSON (RFC 6749 §4.1.2.1, §5.2).
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PasswordQueueFull, PasswordShareUsedUp } from '../crypto/password-queue.ts'
import type { Deps } from '../deps.ts'
import { ParameterError } from '../http/parameters.ts'
import { securityHeaders } from '../http/security-headers.ts'
import { logSparingly } from '../http/sparing-log.ts'
import { errorPage } from '../pages/error.ts'
import { sendPage } from '../pages/send-page.ts'
import { isDatabaseAway } from '../store/health.ts'
import { RedirectedError, responseUrl } from './authorize/response.ts'
import { OAuthError } from './errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How this route answers errors: `page` where a person looks at the answer; JSON otherwise. */
    errors?: 'page'
  }
}

const RETRY_AFTER = { 'retry-after': '5' } as const

function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  if (error instanceof ParameterError) return new OAuthError('invalid_request', error.message)
  if (error instanceof PasswordQueueFull || isDatabaseAway(error))
    return new OAuthError('temporarily_unavailable', 'the server is busy; try again in a few seconds', {
      cause: error,
      headers: RETRY_AFTER,
    })
  if (error instanceof PasswordShareUsedUp)
    return new OAuthError(
      'too_many_requests',
      'too many people sign in from this address at once; try again in a few seconds',
      { detail: 'if this address is a load balancer of ours, name it in TRUSTED_PROXIES', headers: RETRY_AFTER },
    )
  return new OAuthError('server_error', 'something went wrong on our side; it has been logged', { cause: error })
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown'
}

/** The framework's own refusals (413, 415, malformed body …) keep their status. */
function frameworkStatus(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined
}

// By the route; where there is none, a person's browser says that it takes HTML.
function isForPerson({ routeOptions, is404, headers }: FastifyRequest): boolean {
  return routeOptions.config.errors === 'page' || (is404 && (headers.accept ?? '').includes('text/html'))
}

function answer(request: FastifyRequest, reply: FastifyReply, error: OAuthError, status: number): FastifyReply {
  reply.code(status).headers(error.headers)
  const { code, description } = error
  const retryAfterSeconds = Number(error.headers['retry-after'] ?? 0)
  if (isForPerson(request))
    return sendPage(reply, errorPage({ code: status === 404 ? 'not_found' : code, description, retryAfterSeconds }))
  return reply.header('cache-control', 'no-store').send({ error: code, error_description: description })
}

/** Answers addresses that cannot be routed at all (`/%zz`, endless ids); they pass no hook, so the headers are set here. */
export function refuseAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(error.statusCode ?? 400)
    .headers(securityHeaders(request.url))
    .send({ error: 'invalid_request', error_description: 'the address of this request cannot be read' })
}

export function addErrorHandler(app: FastifyInstance, { config }: Deps): void {
  const sparing = logSparingly()
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = frameworkStatus(error)
    if (status !== undefined) return answer(request, reply, new OAuthError('invalid_request', error.message), status)
    const oauthError = toOAuthError(error)
    if (oauthError.code === 'temporarily_unavailable')
      sparing.error(request.log, nameOf(oauthError.cause), oauthError.cause, oauthError.message)
    else if (oauthError.status >= 500) request.log.error({ err: oauthError.cause ?? oauthError }, oauthError.message)
    else request.log.info({ error: oauthError.code, detail: oauthError.detail }, oauthError.description)
    if (!(oauthError instanceof RedirectedError)) return answer(request, reply, oauthError, oauthError.status)
    const { code, description, returnTo } = oauthError
    return reply.redirect(responseUrl(config.issuer, returnTo, { error: code, error_description: description }), 303)
  })
  app.setNotFoundHandler((request, reply) =>
    answer(request, reply, new OAuthError('invalid_request', 'there is nothing at this address'), 404),
  )
}
