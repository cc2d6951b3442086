// Counts every request and the time it took, under the pattern of its route: a path itself could be anything.
import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

const NOTHING_THERE = '(none)'

export function measureRequests(app: FastifyInstance, { requests, requestSeconds }: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const endpoint = request.is404 ? NOTHING_THERE : (request.routeOptions.url ?? NOTHING_THERE)
    requests.inc({ endpoint, method: request.method, status: String(reply.statusCode) })
    requestSeconds.observe({ endpoint }, reply.elapsedTime / 1000)
    done()
  })
}
