// Prefetch, prerender and preview come before a person does, or without one: they begin, issue, use up and count nothing.
import type { FastifyInstance } from 'fastify'
import { HttpProblem } from './problem.ts'
import { sendProblem } from './problem-handler.ts'

/** Sec-Purpose is today's (Fetch §2.2.5); the others are older browsers', link previews' and Safari's. */
const HEADERS = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const
const AHEAD_OF_A_PERSON = /\b(?:prefetch|prerender|preview)\b/i

const NOBODY_IS_THERE = new HttpProblem(
  'temporarily_unavailable',
  'open this address itself; it is not for prefetching',
  {
    status: 503,
  },
)

/**
 * Answers such requests with 503, which browsers throw away and ask again when the person really comes; a 204 would be
 * taken for the page. Documents, the routes that answer HEAD as well, are the same for everybody and may be fetched ahead.
 */
export function refusePrefetch(app: FastifyInstance): void {
  app.addHook('onRequest', ({ is404, routeOptions, headers }, reply, done) => {
    if (is404 || routeOptions.exposeHeadRoute) return done()
    if (!HEADERS.some((name) => AHEAD_OF_A_PERSON.test(String(headers[name] ?? '')))) return done()
    sendProblem(reply, NOBODY_IS_THERE, 'oauth')
  })
}
