// A span for each request, where tracing is on: under the pattern of its route, because an address itself could be anything.
import { type ArrivedSpan, currentTracing } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { TRACEPARENT } from '@mobile-api-gateway/sdk/tracing/traceparent.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** The first hook of all: what others do belongs to the request. */
export function traceRequests(app: FastifyInstance): void {
  const tracing = currentTracing()
  if (!tracing) return
  const spans = new WeakMap<FastifyRequest, ArrivedSpan>()
  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.is404 ? undefined : request.routeOptions.url
    const span = tracing.arrive(route === undefined ? request.method : `${request.method} ${route}`, 'server', {
      'http.request.method': request.method,
      ...(route !== undefined && { 'http.route': route }),
      'mobile_gateway.request_id': request.id,
    })
    const told = request.headers[TRACEPARENT]
    span.from(typeof told === 'string' ? told : undefined)
    spans.set(request, span)
    tracing.within(span, done)
  })
  // Whoever reads a body is called by the connection, which belongs to no request.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request)
    if (span) tracing.within(span, done)
    else done()
  })
  const end = (request: FastifyRequest, failure: string | undefined): void => {
    spans.get(request)?.end(failure)
    spans.delete(request)
  }
  app.addHook('onResponse', async (request, { statusCode }) => {
    spans.get(request)?.tell({ 'http.response.status_code': statusCode })
    end(request, statusCode >= 500 ? String(statusCode) : undefined)
  })
  app.addHook('onRequestAbort', async (request) => end(request, 'aborted'))
}
