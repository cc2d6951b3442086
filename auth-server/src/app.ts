// Puts the folders together, in the order in which a request meets them; no logic of its own.
import cookie from '@fastify/cookie'
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Deps } from './deps.ts'
import { addHealth } from './health.ts'
import { addDrain } from './http/drain.ts'
import { addForms } from './http/form.ts'
import { leadToIssuer } from './http/loopback-host.ts'
import { refusePrefetch } from './http/prefetch.ts'
import { addProblemHandler, refuseAddress } from './http/problem-handler.ts'
import { addSecurityHeaders } from './http/security-headers.ts'
import { addInteraction } from './interaction/index.ts'
import { measureRequests } from './metrics/requests.ts'
import { addAuthorize } from './oauth/authorize/index.ts'
import { addRegister } from './oauth/client/registration.ts'
import { addCors } from './oauth/cors.ts'
import { addRevocations } from './oauth/feed/revocations.ts'
import { addIntrospect } from './oauth/introspect.ts'
import { addJwks } from './oauth/jwks.ts'
import { addLogout } from './oauth/logout.ts'
import { addMetadata } from './oauth/metadata.ts'
import { addPar } from './oauth/par.ts'
import { addRevoke } from './oauth/revoke.ts'
import { addToken } from './oauth/token/index.ts'
import { addUserinfo } from './oauth/userinfo.ts'
import { addPages } from './pages/send-page.ts'
import { PROBLEMS } from './problems.ts'

const BODY_LIMIT_BYTES = 64 * 1024
/** From the first byte of a request to its last; looked at each second (Node's default is every 30). */
const REQUEST_TIMEOUT_MILLIS = 10_000

/** Builds the server without listening. */
export async function buildApp(deps: Deps, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    http: { headersTimeout: REQUEST_TIMEOUT_MILLIS, connectionsCheckingInterval: 1000 },
    // HEAD runs no handler but that of a document (jwks, metadata, health), which says so itself.
    exposeHeadRoutes: false,
    frameworkErrors: refuseAddress,
    // Who is here is served to the end (http/drain.ts).
    return503OnClosing: false,
    // For limits by address only; the issuer is configured and never taken from a request.
    trustProxy: deps.config.trustedProxies.length > 0 && [...deps.config.trustedProxies],
  })
  await addForms(app)
  await app.register(cookie)

  measureRequests(app, deps.metrics)
  addDrain(app)
  addSecurityHeaders(app, deps.config.issuer)
  refusePrefetch(app)
  addPages(app, deps.config)
  leadToIssuer(app, deps.config.issuer)
  addProblemHandler(app, PROBLEMS, ({ code }) => deps.metrics.refusals.inc({ code }))
  addCors(app, deps)
  addMetadata(app, deps)
  addPar(app, deps)
  addAuthorize(app, deps)
  addInteraction(app, deps)
  addToken(app, deps)
  addRevoke(app, deps)
  addRevocations(app, deps)
  addIntrospect(app, deps)
  await addRegister(app, deps)
  addUserinfo(app, deps)
  addLogout(app, deps)
  addJwks(app, deps)
  addHealth(app, deps)
  return app
}
