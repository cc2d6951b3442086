// The response headers that every answer of this server carries.
import type { FastifyInstance } from 'fastify'
import { REQUEST_ID } from './request-id.ts'
import type { IsVisited } from './visited-path.ts'

/** What every answer carries unless it says otherwise. */
const SECURITY_HEADERS = {
  // Answers are for one caller; what is public (metadata, keys) says so itself.
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not no-referrer: with it browsers hold back the Origin of our own forms, and there is one proof less (see csrf.ts).
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

/**
 * The common headers of an answer. A page that opened a visit as its popup keeps its hold on it, or
 * it would never hear how the visit ended; one answer of the chain with another policy is enough to cut the two apart.
 */
export function securityHeaders(isVisited: boolean): Readonly<Record<string, string>> {
  return isVisited ? { ...SECURITY_HEADERS, 'cross-origin-opener-policy': 'unsafe-none' } : SECURITY_HEADERS
}

/** Sets the common headers on each reply (RFC 9700 §4.16); pages replace the content security policy by their own. */
export function addSecurityHeaders(app: FastifyInstance, issuer: string, isVisited: IsVisited): void {
  const https = issuer.startsWith('https:')
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders(isVisited(request.url))).header(REQUEST_ID, request.id)
    if (https) reply.header('strict-transport-security', 'max-age=31536000')
    done()
  })
}
