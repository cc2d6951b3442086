// Puts the folders together, in the order in which a request meets them; no logic of its own.
import cookie from '@fastify/cookie'
import { MANAGEMENT_PATH } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { publicPages } from './account/index.ts'
import { addAccount } from './account/mount.ts'
import { isRefusedCheck } from './crypto/password-queue.ts'
import type { Deps } from './deps.ts'
import { addHealth } from './health.ts'
import { addCallers } from './http/caller.ts'
import { addDrain } from './http/drain.ts'
import { addForms } from './http/form.ts'
import { leadToIssuer } from './http/loopback-host.ts'
import { addMethods } from './http/methods.ts'
import { mountPages } from './http/page-routes.ts'
import { addPageTurns } from './http/page-turns.ts'
import { refusePrefetch } from './http/prefetch.ts'
import { addProblemHandler, refuseAddress, toProblem } from './http/problem-handler.ts'
import { newRequestId } from './http/request-id.ts'
import { MAX_PART_LENGTH, routableBelow } from './http/routable.ts'
import { addSecurityContact } from './http/security-contact.ts'
import { addSecurityHeaders } from './http/security-headers.ts'
import { traceRequests } from './http/trace-requests.ts'
import { answerUnreadable } from './http/unreadable.ts'
import { visitedPaths } from './http/visited-path.ts'
import { interactionPages } from './interaction/index.ts'
import { serveLogos } from './interaction/logos.ts'
import { ACCOUNT_PATH, PORTAL_PATH } from './interaction/paths.ts'
import { keepRefusals, refusalOf } from './landing/refusals.ts'
import { landingPages } from './landing/routes.ts'
import { TRY_PATH } from './landing/try.ts'
import { addOpenApiDocument, referencePages } from './management/documents.ts'
import { addManagement } from './management/mount.ts'
import { measureRequests } from './metrics/requests.ts'
import { giveNonce } from './oauth/dpop/proof.ts'
import { pathsOf } from './oauth/endpoint.ts'
import { ENDPOINTS } from './oauth/endpoints.ts'
import { requireMachine } from './oauth/machine.ts'
import { addEndpoints } from './oauth/mount.ts'
import { addPages } from './pages/send-page.ts'
import { serveScripts } from './pages/serve-scripts.ts'
import { hrefFor } from './portal/links.ts'
import { addPortal } from './portal/mount.ts'
import { PROBLEMS } from './problems.ts'
import { shareOf } from './store/connection-share.ts'
import { trialCallback } from './trial/callback.ts'

const BODY_LIMIT_BYTES = 64 * 1024
/** From the first byte of a request to its last; looked at each second (Node's default is every 30). */
const REQUEST_TIMEOUT_MILLIS = 10_000

/** No route has a schema of Fastify's, so what would compile one is not loaded. */
function noSchemas(): never {
  throw new Error('routes have no schemas: management/checks.ts holds what comes in against the contract')
}

/** Builds the server without listening. */
export async function buildApp(deps: Deps, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const endpoints = ENDPOINTS.filter(({ errors }) => errors === 'page').flatMap(pathsOf)
  // However many pages are open, they leave connections to those who want a token.
  const share = shareOf(deps.db)
  const limits = { ...deps.limits, admit: deps.limits.admitBy(share.db) }
  const forPages: Deps = { ...deps, db: share.db, limits }
  const visits = interactionPages(forPages)
  const refusals = keepRefusals(deps.config.development)
  const own = { ...visits, ...publicPages(forPages) }
  const trials = trialCallback(forPages, (owner, clientId) => (owner === null ? TRY_PATH : hrefFor('tryIt', clientId)))
  const pages = { ...landingPages(forPages, refusals), ...own, ...trials, ...referencePages(deps.config.issuer) }
  const isVisited = visitedPaths(endpoints, Object.keys(visits))
  const allPages = [...Object.keys(pages), ACCOUNT_PATH, PORTAL_PATH]
  const traced = traceRequests()
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    ...(traced && { logController: traced.logController }),
    genReqId: newRequestId,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    http: { headersTimeout: REQUEST_TIMEOUT_MILLIS, connectionsCheckingInterval: 1000 },
    // HEAD runs no handler but that of a document (jwks, metadata, health), which says so itself.
    exposeHeadRoutes: false,
    frameworkErrors: refuseAddress(isVisited),
    clientErrorHandler: answerUnreadable(logger),
    routerOptions: { maxParamLength: MAX_PART_LENGTH },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    rewriteUrl: ({ url = '' }) => routableBelow([ACCOUNT_PATH, PORTAL_PATH], url),
    // Who is here is served to the end (http/drain.ts).
    return503OnClosing: false,
    // For limits by address only; the issuer is configured and never taken from a request.
    trustProxy: deps.config.trustedProxies.length > 0 && [...deps.config.trustedProxies],
  })
  traced?.addHooks(app)
  await addForms(app)
  await app.register(cookie)

  measureRequests(app, deps.metrics)
  addCallers(app)
  addDrain(app)
  addSecurityHeaders(app, deps.config.issuer, isVisited)
  refusePrefetch(app)
  addPages(app, deps.config)
  addPageTurns(app, share.waiting, () => deps.limits.refused('pages'))
  leadToIssuer(app, deps.config.issuer, visitedPaths(endpoints, allPages))
  addMethods(app)
  addProblemHandler(app, PROBLEMS, (problem, error, request) => {
    deps.metrics.refusals.inc({ code: problem.code })
    refusals.note(refusalOf(request, problem, new Date()))
    if (isRefusedCheck(error)) deps.limits.refused('passwordChecks')
  })
  await addEndpoints(app, deps, forPages)
  const resource = deps.config.issuer + MANAGEMENT_PATH
  const tokenPath = ENDPOINTS.find(({ discovery }) => discovery === 'token_endpoint')?.path ?? ''
  addOpenApiDocument(app, deps.config.issuer, deps.config.issuer + tokenPath)
  await addManagement(app, deps, {
    giveNonce: giveNonce(deps),
    requireCaller: async (request, reply) => {
      const { client, scopes } = await requireMachine(deps, request, reply, { resource })
      return { clientId: client.clientId, applicationId: client.applicationId, scopes }
    },
  })
  mountPages(app, pages)
  addAccount(app, forPages, (error) => toProblem(PROBLEMS, error))
  addPortal(app, forPages, (error) => toProblem(PROBLEMS, error))
  serveScripts(app)
  serveLogos(app, forPages)
  addHealth(app, deps)
  addSecurityContact(app, deps.config)
  return app
}
