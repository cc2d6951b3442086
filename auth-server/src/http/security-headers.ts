// The response headers that every answer of this server carries.
import type { FastifyInstance } from 'fastify'

/** What every answer carries unless it says otherwise. */
export const SECURITY_HEADERS = {
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

/** Sets the common headers on each reply (RFC 9700 §4.16); pages replace the content security policy by their own. */
export const addSecurityHeaders = (app: FastifyInstance, issuer: string): void => {
  const https = issuer.startsWith('https:')
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS)
    if (https) reply.header('strict-transport-security', 'max-age=31536000')
  })
}
