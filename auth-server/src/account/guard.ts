// Who gets at the routes of an account: nobody but its person, fully signed in, by a form of their own page; all others are led to sign in.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { equalInConstantTime, hmac, sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import { FormBinding, readOwnForm } from '../http/csrf.ts'
import type { PageHandlers } from '../http/page-routes.ts'
import { Parameters } from '../http/parameters.ts'
import { tooManyRequests } from '../http/problem.ts'
import { localTarget } from '../http/request-path.ts'
import { MFA_ACR } from '../identity/acr.ts'
import { isFullLogin, mayChangeFactors, RECENT_SECONDS } from '../identity/full-login.ts'
import { beginAccountVisit } from '../interaction/account-visit.ts'
import { ACCOUNT_PATH } from '../interaction/paths.ts'
import { currentSession } from '../interaction/session.ts'
import { signOutForm } from '../interaction/sign-out/routes.ts'
import { notice } from '../pages/components/notice.ts'
import type { Texts } from '../pages/locales/en.ts'
import type { Session } from '../store/tables/sessions.ts'
import type { AccountHandler, AccountNeed, AccountNews, AccountRoute, SignedIn } from './route.ts'

/** One secret for all of its forms: which session they are made in is what counts. */
const PAGE = 'account'

/** The handlers of a route as they are mounted: each lets in whom the route wants. */
export function guarded(deps: Deps, route: AccountRoute): PageHandlers {
  const { POST } = route
  return {
    ...('GET' in route && { GET: behindGuard(deps, route, route.GET) }),
    ...(POST && { POST: behindGuard(deps, route, POST) }),
  }
}

function behindGuard(deps: Deps, route: AccountRoute, handler: AccountHandler): RouteHandlerMethod {
  const { config, cookies, limits } = deps
  const { cookieSecret } = config

  return async (request, reply) => {
    const isForm = request.method === 'POST'
    const found = await currentSession(deps, request)
    const session = found && isFullLogin(found) ? found : undefined
    const secret = cookies.sessions(request).find((token) => sha256(token) === session?.tokenHash)
    // A form of another site comes without cookies: it gets to see the page, as a link there would.
    if (!session || secret === undefined) return isForm ? reply.redirect(pageOf(request), 303) : signIn(request, reply)
    if (session.language !== null) request.uiLocales = [session.language]
    const form = readOwnForm(request, config, { secrets: [secret], page: PAGE, refusal: 'foreign_or_old_form' })
    if (!meets(session, route.needs)) return signIn(request, reply)
    if (isForm) {
      const { waitSeconds } = await limits.admit({ accountForms: { about: session.personId } })
      if (waitSeconds > 0) throw tooManyRequests('too many changes were made in this account', waitSeconds)
    }
    return handler(request, reply, signedIn(request, session, secret, form))
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

  function signedIn(request: FastifyRequest, session: Session, secret: string, form: Parameters): SignedIn {
    // Somebody else's link could bring a sentence that is not true.
    const newsToken = (news: string) => hmac(cookieSecret, 'account news', session.id, news)
    const query = Parameters.ofUrl(request.raw.url ?? '')
    const told = query.get('news') ?? ''
    const isTold = equalInConstantTime(query.get('sign') ?? '', newsToken(told))
    return {
      session,
      now: new Date(session.authTime.getTime() + session.ageSeconds * 1000),
      form,
      binding: FormBinding.to(cookieSecret, secret, { page: PAGE, path: ACCOUNT_PATH, leadsTo: [] }),
      frame: { accountName: session.accountName, home: ACCOUNT_PATH, signOut: signOutForm(deps, secret, session) },
      news: ({ account }: Texts) =>
        isTold && isNews(told, account.news) ? notice('good', account.news[told]) : undefined,
      backTo(reply, href, news) {
        const parameters = news === undefined ? '' : `?${new URLSearchParams({ news, sign: newsToken(news) })}`
        return reply.redirect(href + parameters, 303)
      },
    }
  }
}

/** @param session a full login */
function meets(session: Session, needs: AccountNeed): boolean {
  if (needs === 'session') return true
  return session.ageSeconds <= RECENT_SECONDS && (needs === 'recent' || mayChangeFactors(session))
}

function isNews(text: string, news: Texts['account']['news']): text is AccountNews {
  return Object.hasOwn(news, text)
}
