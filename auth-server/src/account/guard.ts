// Who gets at the routes of an account: nobody but its person, fully signed in, by a form of their own page; all others are led to sign in.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { Deps } from '../deps.ts'
import { checkOwnForm } from '../http/csrf.ts'
import type { PageHandlers } from '../http/page-routes.ts'
import { Parameters } from '../http/parameters.ts'
import { tooManyRequests } from '../http/problem.ts'
import { hearProblem } from '../http/problem-handler.ts'
import { localTarget } from '../http/request-path.ts'
import { MFA_ACR } from '../identity/acr.ts'
import { mayChangeFactors, RECENT_SECONDS } from '../identity/full-login.ts'
import { beginAccountVisit } from '../interaction/account-visit.ts'
import { SessionOver } from '../store/lock-account.ts'
import type { Session } from '../store/tables/sessions.ts'
import { ACCOUNT_FORMS, NONE, personOf, visitorOf } from './person.ts'
import { refusedFormPage, tooManyPage } from './problem.ts'
import type { AccountHandler, AccountNeed, AccountRoute } from './route.ts'

/** The handlers of a route as they are mounted: each lets in whom the route wants. */
export function guarded(deps: Deps, route: AccountRoute): PageHandlers {
  const { POST } = route
  return {
    ...('GET' in route && { GET: behindGuard(deps, route, route.GET) }),
    ...(POST && { POST: behindGuard(deps, route, POST) }),
  }
}

function behindGuard(deps: Deps, route: AccountRoute, handler: AccountHandler): RouteHandlerMethod {
  const { config, limits } = deps

  return async (request, reply) => {
    const isForm = request.method === 'POST'
    const visitor = await visitorOf(deps, request)
    // A form of another site comes without cookies: it gets to see the page, as a link there would.
    if (!visitor) return isForm ? reply.redirect(pageOf(request), 303) : signIn(request, reply)
    const { session, secret } = visitor
    const form = checkOwnForm(request, config, {
      secrets: [secret],
      page: ACCOUNT_FORMS,
      refusal: 'foreign_or_old_form',
    })
    const me = (read: Parameters) => personOf(deps, request, visitor, read)
    if (!(form instanceof Parameters)) {
      hearProblem(request, form.problem)
      return refusedFormPage(reply, me(NONE), pageOf(request))
    }
    if (!meets(session, route.needs)) return signIn(request, reply)
    if (isForm) {
      const { waitSeconds } = await limits.admit({ accountForms: { about: session.personId } })
      if (waitSeconds > 0) {
        hearProblem(request, tooManyRequests('too many changes were made in the account', waitSeconds))
        return tooManyPage(reply, me(NONE), waitSeconds)
      }
    }
    try {
      return await handler(request, reply, me(form))
    } catch (error) {
      if (error instanceof SessionOver) return reply.redirect(pageOf(request), 303)
      throw error
    }
  }

  /** What was typed into a form is gone: it may have lain there for long. */
  function pageOf({ url }: FastifyRequest): string {
    return 'on' in route ? route.on : localTarget(url)
  }

  function signIn(request: FastifyRequest, reply: FastifyReply) {
    return beginAccountVisit(deps, request, reply, {
      returnTo: pageOf(request),
      ...(route.needs !== 'session' && { maxAgeSeconds: RECENT_SECONDS }),
      ...(route.needs === 'factors' && { acr: MFA_ACR }),
    })
  }
}

/** @param session a full login */
function meets(session: Session, needs: AccountNeed): boolean {
  if (needs === 'session') return true
  return session.ageSeconds <= RECENT_SECONDS && (needs === 'recent' || mayChangeFactors(session))
}
