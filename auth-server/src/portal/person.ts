// Who is signed in at the portal in the browser that asks, and what pages and forms are made of for them.
import { OPERATIONS } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { FastifyRequest } from 'fastify'
import { equalInConstantTime, hmac, sha256 } from '../crypto/digest.ts'
import { withEach } from '../crypto/secrets.ts'
import type { Deps } from '../deps.ts'
import { noteCaller, pseudonymOf } from '../http/caller.ts'
import { FormBinding } from '../http/csrf.ts'
import { Parameters } from '../http/parameters.ts'
import { portalCookiesFor } from '../http/portal-cookies.ts'
import { HttpProblem } from '../http/problem.ts'
import { hearProblem } from '../http/problem-handler.ts'
import { pathOf } from '../http/request-path.ts'
import { isFullLogin } from '../identity/full-login.ts'
import { ACCOUNT_PATH, PORTAL_PATH } from '../interaction/paths.ts'
import { signOutLeadsTo } from '../interaction/sign-out/at-provider.ts'
import type { ManagementActor } from '../management/actor.ts'
import { ask } from '../management/ask.ts'
import { notice } from '../pages/components/notice.ts'
import type { Texts } from '../pages/locales/en.ts'
import { findPortalSession, type PortalSession } from '../store/queries/portal-session.ts'
import { actionOf, PATHS } from './paths.ts'
import type { PortalNews, PortalPerson } from './route.ts'
import { navigationOf } from './sections.ts'

/** One secret for all of its forms: which session they are made in is what counts. */
export const PORTAL_FORMS = 'portal'

/** What a page tells above its form; all else is a page of its own. */
const TOLD_ABOVE: ReadonlySet<number> = new Set([400, 403, 409, 412])

/** The portal that a route is part of. */
export interface PortalSite {
  readonly deps: Deps
  /** Whether there is a page at a path. */
  readonly exists: (path: string) => boolean
}

/** Somebody's session at the portal, and the secret of their browser that it was found by. */
export interface PortalVisitor {
  readonly session: PortalSession
  readonly secret: string
}

/** Undefined for whoever is not signed in there. */
export async function visitorOf({ config, db }: Deps, request: FastifyRequest): Promise<PortalVisitor | undefined> {
  const tokens = portalCookiesFor(config.issuer).sessions(request)
  const found = await findPortalSession(db, tokens.map(sha256))
  const session = found && isFullLogin(found) ? found : undefined
  const secret = tokens.find((token) => sha256(token) === session?.portalTokenHash)
  if (!session || secret === undefined) return undefined
  noteCaller(request, { user: pseudonymOf(config, session.personId) })
  if (session.language !== null) request.uiLocales = [session.language]
  return { session, secret }
}

interface Entering extends PortalVisitor {
  readonly form: Parameters
  readonly actor: ManagementActor | undefined
  /** Why the form does not count: nothing is changed in answer to it. */
  readonly refused?: HttpProblem | undefined
}

/** For pages that only say something: nobody asks for anything. */
export function readerOf(site: PortalSite, request: FastifyRequest, visitor: PortalVisitor): PortalPerson {
  return personOf(site, request, { ...visitor, form: Parameters.parse(''), actor: undefined })
}

export function personOf(
  { deps, exists }: PortalSite,
  request: FastifyRequest,
  { session, secret, form, actor, refused }: Entering,
): PortalPerson {
  const { cookieSecrets } = deps.config
  // Somebody else's link could bring a sentence that is not true.
  const newsTokens = (news: string) => withEach(cookieSecrets, (key) => hmac(key, 'portal news', session.id, news))
  const query = Parameters.ofUrl(request.raw.url ?? '')
  const [[told = ''], [sign = '']] = [query.getAll('news'), query.getAll('sign')]
  const isTold = newsTokens(told).some((token) => equalInConstantTime(sign, token))
  const binding = FormBinding.to(cookieSecrets, secret, { page: PORTAL_FORMS, path: PORTAL_PATH, leadsTo: [] })
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
      if (refused && OPERATIONS[id].method !== 'GET') throw refused
      return ask(deps, actor, id, asked)
    },
    async attempt(id, asked) {
      try {
        return await person.ask(id, asked)
      } catch (error) {
        if (!(error instanceof HttpProblem && TOLD_ABOVE.has(error.status))) throw error
        // A refused form has been heard of.
        if (error !== refused) hearProblem(request, error)
        return error
      }
    },
    news: ({ portal }: Texts) => (isTold && isNews(told, portal.news) ? notice('good', portal.news[told]) : undefined),
    backTo(reply, href, news) {
      const parameters = news === undefined ? '' : `?${new URLSearchParams({ news, sign: newsTokens(news)[0] })}`
      return reply.redirect(href + parameters, 303)
    },
  }
  return person
}

function isNews(text: string, news: Texts['portal']['news']): text is PortalNews {
  return Object.hasOwn(news, text)
}
