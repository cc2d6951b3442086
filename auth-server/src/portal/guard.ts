// Who gets at the routes of the portal: whoever is signed in there and has the role of the route, by a form of their own page.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import { MAX_LOGO_UPLOAD_BYTES } from '../catalogue/logo.ts'
import { checkOwnForm } from '../http/csrf.ts'
import type { PageHandlers } from '../http/page-routes.ts'
import { ParameterError, Parameters } from '../http/parameters.ts'
import { HttpProblem, tooManyRequests } from '../http/problem.ts'
import { hearProblem } from '../http/problem-handler.ts'
import { localTarget } from '../http/request-path.ts'
import { mayBecomeDeveloper } from '../identity/developers.ts'
import { RECENT_SECONDS } from '../identity/full-login.ts'
import type { RoleRefusal } from '../identity/roles.ts'
import { actorOfPerson, type ManagementActor } from '../management/actor.ts'
import { sendPage } from '../pages/send-page.ts'
import type { PortalSession } from '../store/queries/portal-session.ts'
import { becomePage } from './overview/view.ts'
import { fillPath } from './paths.ts'
import { PORTAL_FORMS, type PortalSite, personOf, visitorOf } from './person.ts'
import { notFoundPage, refusedFormPage, sendPortalProblem } from './problem/reply.ts'
import type { PortalHandler, PortalRoute } from './route.ts'
import { beginSignIn } from './sign-in/begin.ts'

/** The handlers of a route as they are mounted: each lets in whom the route wants. */
export function guarded(site: PortalSite, route: PortalRoute): PageHandlers {
  const { POST } = route
  return {
    ...('GET' in route && { GET: behindGuard(site, route, route.GET) }),
    ...(route.takesFile && { maxFileBytes: MAX_LOGO_UPLOAD_BYTES }),
    ...(POST && { POST: behindGuard(site, route, POST) }),
  }
}

function behindGuard(site: PortalSite, route: PortalRoute, handler: PortalHandler): RouteHandlerMethod {
  const { deps } = site
  const { config, db, limits } = deps

  return async (request, reply) => {
    const isForm = request.method === 'POST'
    const visitor = await visitorOf(deps, request)
    if (!visitor) return signIn(request, reply)
    const { session, secret } = visitor
    const expected = { secrets: [secret], page: PORTAL_FORMS, refusal: 'foreign_or_old_form' } as const
    const read = checkOwnForm(request, config, expected)
    const refused = read instanceof Parameters ? undefined : read
    if (refused) hearProblem(request, refused.problem)
    const form = read instanceof Parameters ? read : (read.stale ?? Parameters.parse(''))
    const actor = await actorFor(request, session)
    if (actor === 'second factor needed') return signIn(request, reply, { isStrong: true })
    if (actor === 'session outlives browser') return signIn(request, reply, { isStrong: true, isFresh: true })
    const person = personOf(site, request, {
      session,
      secret,
      form,
      actor: typeof actor === 'object' ? actor : undefined,
      refused: refused?.problem,
    })
    if (actor === 'no such role') {
      // Nobody but a developer-to-be learns more of it than of what is not there.
      if (route.needs !== 'developer') return notFoundPage(reply, person)
      const isAdministrator = session.roles.includes('administrator')
      return sendPage(reply.code(403), becomePage(person, { isOpen: await mayBecomeDeveloper(db), isAdministrator }))
    }
    if (route.recent && session.ageSeconds > RECENT_SECONDS) return signIn(request, reply, { isRecent: true })
    try {
      // Whoever made many changes gets out all the same.
      if (!isForm) limits.portalPages.admit(session.personId)
      else if (!route.isUncounted) await requireFewForms(session.personId)
      if (refused && !(refused.stale && route.keepsTyped)) return refusedFormPage(reply, person, pageOf(request))
      await handler(request, reply, person)
    } catch (error) {
      if (error === refused?.problem) return refusedFormPage(reply, person, pageOf(request))
      const problem = problemOf(error)
      if (!problem || problem.status >= 500 || reply.sent) throw error
      request.log.info({ error: problem.code, detail: problem.detail, status: problem.status }, problem.description)
      hearProblem(request, problem, error)
      sendPortalProblem(reply, person, problem)
    }
    return reply
  }

  async function requireFewForms(personId: string): Promise<void> {
    const { waitSeconds } = await limits.admit({ portalForms: { about: personId } })
    if (waitSeconds > 0) throw tooManyRequests('too many changes were made at the portal', waitSeconds)
  }

  /** A form leads back to its page, which asks: what was typed is gone, it may have lain there for long. */
  function signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    wanted: Readonly<{ isRecent?: true; isStrong?: true; isFresh?: true }> = {},
  ): FastifyReply {
    const returnTo = pageOf(request)
    if (request.method === 'POST') return reply.redirect(returnTo, 303)
    return beginSignIn(deps, request, reply, { ...wanted, returnTo })
  }

  function pageOf({ url, params }: FastifyRequest): string {
    if (!('on' in route)) return localTarget(url)
    return fillPath(route.on, new Map<string, unknown>(Object.entries(Object(params))))
  }

  async function actorFor(
    request: FastifyRequest,
    session: PortalSession,
  ): Promise<ManagementActor | RoleRefusal | undefined> {
    const { needs } = route
    const { roles } = session
    if (needs === 'anybody')
      return roles.includes('developer') ? actorOfPerson(deps, session, 'developer', ofRequest(request)) : undefined
    // An administrator decides for every API, and is then approver of none.
    const isOver = needs === 'approver' && roles.includes('administrator')
    return actorOfPerson(deps, session, isOver ? 'administrator' : needs, ofRequest(request))
  }
}

/** What somebody has to be told; undefined for what is no fault of theirs. */
function problemOf(error: unknown): HttpProblem | undefined {
  // A value too long, or said twice: what a form held is all that is wrong.
  if (error instanceof ParameterError) return new HttpProblem('invalid_request', error.message, { status: 400 })
  return error instanceof HttpProblem ? error : undefined
}
