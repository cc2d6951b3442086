// A span for each request, where tracing is on: under the pattern of its route, because an address itself could be anything.
import { type ArrivedSpan, currentTracing, type Tracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { belongsTo } from '@mobile-api-gateway/sdk/tracing/traced-lines.ts'
import { TRACEPARENT } from '@mobile-api-gateway/sdk/tracing/traceparent.ts'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'

/** What a server needs for it: what hears of a request first of all, and hooks, which are to be the first ones. */
export interface RequestTracing {
  readonly logController: LogController
  addHooks(app: FastifyInstance): void
}

/** Undefined where tracing is off. */
export function traceRequests(): RequestTracing | undefined {
  const tracing = currentTracing()
  if (!tracing) return undefined
  const spans = new WeakMap<FastifyRequest, ArrivedSpan>()
  const end = (request: FastifyRequest, statusCode: number | undefined): void => {
    const span = spans.get(request)
    if (!span) return
    spans.delete(request)
    if (statusCode !== undefined) span.tell({ 'http.response.status_code': statusCode })
    if (statusCode === undefined) span.end('aborted')
    else span.end(statusCode >= 500 ? String(statusCode) : undefined)
  }

  /** The only one who hears of every request, also of one that cannot be routed and meets no hook. */
  class TracedRequests extends LogController {
    override incomingRequest(request: FastifyRequest, reply: FastifyReply): void {
      const span = arrived(tracing as Tracing, request)
      spans.set(request, span)
      belongsTo(span, request.log)
      reply.raw.once('close', () => end(request, reply.raw.writableFinished ? reply.raw.statusCode : undefined))
      super.incomingRequest(request, reply)
    }
  }

  return {
    logController: new TracedRequests(),
    addHooks(app) {
      const within = (request: FastifyRequest, done: () => void): void => {
        const span = spans.get(request)
        if (span) tracing.within(span, done)
        else done()
      }
      // What other hooks do belongs to the request as well.
      app.addHook('onRequest', (request, _reply, done) => within(request, done))
      // Whoever reads a body is called by the connection, which belongs to no request.
      app.addHook('preValidation', (request, _reply, done) => within(request, done))
      app.addHook('onResponse', async (request, { statusCode }) => end(request, statusCode))
    },
  }
}

function arrived(tracing: Tracing, request: FastifyRequest): ArrivedSpan {
  const route = request.is404 ? undefined : request.routeOptions.url
  const span = tracing.arrive(route === undefined ? request.method : `${request.method} ${route}`, 'server', {
    'http.request.method': request.method,
    ...(route !== undefined && { 'http.route': route }),
    'mobile_gateway.request_id': request.id,
  })
  const told = request.headers[TRACEPARENT]
  span.from(typeof told === 'string' ? told : undefined)
  return span
}
