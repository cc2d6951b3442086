// Cross-origin requests of pages: each row of endpoints.ts says who may read its answers (Fetch §3.2).
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import type { Db } from '../store/database.ts'
import { listBrowserOrigins } from '../store/queries/browser-origins.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which pages of other origins may read the answers of this path; none unless it says so. */
    cors?: 'everyone' | 'browser apps' | undefined
  }
}

// No Access-Control-Allow-Credentials: cookies of this server are for its own pages.
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST',
  // Libraries send headers of their own (X-Requested-With, client-request-id); they change nothing here. `*` stands for
  // any but Authorization (Fetch §3.3.5), and only where no cookies are sent.
  'access-control-allow-headers': 'Authorization, Content-Type, DPoP, *',
  'access-control-max-age': '600',
} as const
const EXPOSED = 'DPoP-Nonce, WWW-Authenticate, Retry-After'

/** Milliseconds: how long a list of origins is good, and how often an origin that is not on it may ask for a new one. */
const LIST_LIFE = 60_000
const LIST_PAUSE = 1_000

/** Whether an origin is a registered browser app's. Strangers cost one query a second, however many they are. */
function registeredOrigins(db: Db) {
  let list: Promise<ReadonlySet<string>> | undefined
  let readAt = Number.NEGATIVE_INFINITY
  const read = async (maxAge: number) => {
    if (list === undefined || performance.now() - readAt > maxAge) {
      readAt = performance.now()
      list = listBrowserOrigins(db)
    }
    try {
      return await list
    } catch (error) {
      list = undefined
      throw error
    }
  }
  return async (origin: string): Promise<boolean> =>
    (await read(LIST_LIFE)).has(origin) || (await read(LIST_PAUSE)).has(origin)
}

export function addCors(app: FastifyInstance, { db }: Deps): void {
  const isRegistered = registeredOrigins(db)
  app.addHook('onRequest', async (request, reply) => {
    const audience = request.routeOptions.config.cors
    if (audience === undefined) return
    const { origin } = request.headers
    if (audience === 'browser apps') reply.header('vary', 'Origin')
    const allowed = audience === 'everyone' ? '*' : origin !== undefined && (await isRegistered(origin)) && origin
    if (allowed) reply.headers({ 'access-control-allow-origin': allowed, 'access-control-expose-headers': EXPOSED })
    if (request.method !== 'OPTIONS') return
    // Answered here, before the 405 that any other OPTIONS gets.
    if (allowed) reply.headers(PREFLIGHT)
    return reply.code(204).send()
  })
}
