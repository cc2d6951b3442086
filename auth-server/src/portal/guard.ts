// Who gets at the routes of the portal: whoever is signed in there and has the role of the route, by a form of their own page.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import { MAX_LOGO_UPLOAD_BYTES } from '../catalogue/logo.ts'
import { equalInConstantTime, hmac, sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import { noteCaller, pseudonymOf } from '../http/caller.ts'
import { FormBinding, readOwnForm } from '../http/csrf.ts'
import type { PageHandlers } from '../http/page-routes.ts'
import { ParameterError, Parameters } from '../http/parameters.ts'
import { portalCookiesFor } from '../http/portal-cookies.ts'
import { HttpProblem, tooManyRequests } from '../http/problem.ts'
import { localTarget, pathOf } from '../http/request-path.ts'
import { mayBecomeDeveloper } from '../identity/developers.ts'
import { isFullLogin, RECENT_SECONDS } from '../identity/full-login.ts'
import type { RoleRefusal } from '../identity/roles.ts'
import { ACCOUNT_PATH, PORTAL_PATH } from '../interaction/paths.ts'
import { signOutLeadsTo } from '../interaction/sign-out/at-provider.ts'
import { actorOfPerson, type ManagementActor } from '../management/actor.ts'
import { ask } from '../management/ask.ts'
import { notice } from '../pages/components/notice.ts'
import type { Texts } from '../pages/locales/en.ts'
import { sendPage } from '../pages/send-page.ts'
import { findPortalSession, type PortalSession } from '../store/queries/portal-session.ts'
import { becomePage } from './overview/view.ts'
import { actionOf, fillPath, PATHS } from './paths.ts'
import { notFoundPage, sendPortalProblem } from './problem/reply.ts'
import type { PortalHandler, PortalNews, PortalPerson, PortalRoute } from './route.ts'
import { navigationOf } from './sections.ts'
import { beginSignIn } from './sign-in/begin.ts'

/** One secret for all of its forms: which session they are made in is what counts. */
const PAGE = 'portal'

/** What a page tells above its form; all else is a page of its own. */
const TOLD_ABOVE: ReadonlySet<number> = new Set([400, 409, 412])

/** The portal that a route is part of. */
export interface PortalSite {
  readonly deps: Deps
  /** Whether there is a page at a path. */
  readonly exists: (path: string) => boolean
}

/** The handlers of a route as they are mounted: each lets in whom the route wants. */
export function guarded(site: PortalSite, route: PortalRoute): PageHandlers {
  const { POST } = route
  return {
    ...('GET' in route && { GET: behindGuard(site, route, route.GET) }),
    ...(route.takesFile && { maxFileBytes: MAX_LOGO_UPLOAD_BYTES }),
    ...(POST && { POST: behindGuard(site, route, POST) }),
  }
}

function behindGuard({ deps, exists }: PortalSite, route: PortalRoute, handler: PortalHandler): RouteHandlerMethod {
  const { config, db, limits } = deps
  const { cookieSecret, issuer } = config
  const cookies = portalCookiesFor(issuer)

  return async (request, reply) => {
    const isForm = request.method === 'POST'
    const tokens = cookies.sessions(request)
    const found = await findPortalSession(db, tokens.map(sha256))
    const session = found && isFullLogin(found) ? found : undefined
    const secret = tokens.find((token) => sha256(token) === session?.portalTokenHash)
    if (!session || secret === undefined) return signIn(request, reply)
    noteCaller(request, { user: pseudonymOf(config, session.personId) })
    if (session.language !== null) request.uiLocales = [session.language]
    const form = readOwnForm(request, config, { secrets: [secret], page: PAGE, refusal: 'foreign_or_old_form' })
    const actor = await actorFor(request, session)
    if (actor === 'second factor needed') return signIn(request, reply, { isStrong: true })
    if (actor === 'session outlives browser') return signIn(request, reply, { isStrong: true, isFresh: true })
    const person = personOf(request, session, { secret, form, actor: typeof actor === 'object' ? actor : undefined })
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
      await handler(request, reply, person)
    } catch (error) {
      const problem = problemOf(error)
      if (!problem || problem.status >= 500 || reply.sent) throw error
      request.log.info({ error: problem.code, detail: problem.detail, status: problem.status }, problem.description)
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

  function personOf(
    request: FastifyRequest,
    session: PortalSession,
    { secret, form, actor }: Readonly<{ secret: string; form: Parameters; actor: ManagementActor | undefined }>,
  ): PortalPerson {
    // Somebody else's link could bring a sentence that is not true.
    const newsToken = (news: string) => hmac(cookieSecret, 'portal news', session.id, news)
    const query = Parameters.ofUrl(request.raw.url ?? '')
    const [[told = ''], [sign = '']] = [query.getAll('news'), query.getAll('sign')]
    const isTold = equalInConstantTime(sign, newsToken(told))
    const binding = FormBinding.to(cookieSecret, secret, { page: PAGE, path: PORTAL_PATH, leadsTo: [] })
    const person: PortalPerson = {
      session,
      now: new Date(session.authTime.getTime() + session.ageSeconds * 1000),
      form,
      binding,
      frame: {
        accountName: session.accountName,
        account: ACCOUNT_PATH,
        home: PORTAL_PATH,
        signOut: {
          binding: binding.leadingTo(...signOutLeadsTo(deps.providers, session)),
          action: actionOf(PATHS.signOut, {}),
        },
        navigation: navigationOf(exists, session.roles, pathOf(request.url)),
      },
      async ask(id, asked = {}) {
        if (!actor) throw new Error(`a page asks for ${id} of somebody without a role`)
        return ask(deps, actor, id, asked)
      },
      async attempt(id, asked) {
        try {
          return await person.ask(id, asked)
        } catch (error) {
          if (error instanceof HttpProblem && TOLD_ABOVE.has(error.status)) return error
          throw error
        }
      },
      news: ({ portal }: Texts) =>
        isTold && isNews(told, portal.news) ? notice('good', portal.news[told]) : undefined,
      backTo(reply, href, news) {
        const parameters = news === undefined ? '' : `?${new URLSearchParams({ news, sign: newsToken(news) })}`
        return reply.redirect(href + parameters, 303)
      },
    }
    return person
  }
}

/** What somebody has to be told; undefined for what is no fault of theirs. */
function problemOf(error: unknown): HttpProblem | undefined {
  // A value too long, or said twice: what a form held is all that is wrong.
  if (error instanceof ParameterError) return new HttpProblem('invalid_request', error.message, { status: 400 })
  return error instanceof HttpProblem ? error : undefined
}

function isNews(text: string, news: Texts['portal']['news']): text is PortalNews {
  return Object.hasOwn(news, text)
}
