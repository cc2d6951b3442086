// GET /jwks: the public keys (RFC 7517 §5).
import type { RouteHandlerMethod } from 'fastify'
import type { Deps } from '../deps.ts'

export const JWKS_PATH = '/jwks'

/** For how long a verifier may keep the set; seconds. */
const MAX_AGE_SECONDS = 60

export function jwksHandler({ keys }: Deps): RouteHandlerMethod {
  return async (_request, reply) =>
    reply
      .header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`)
      .type('application/jwk-set+json')
      .send(JSON.stringify(keys.jwks))
}
