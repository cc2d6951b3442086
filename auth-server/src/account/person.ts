// Who is signed in, fully, in the browser that asks, and what the pages and forms of their account are made of.
import type { FastifyRequest } from 'fastify'
import { equalInConstantTime, hmac, sha256 } from '../crypto/digest.ts'
import { withEach } from '../crypto/secrets.ts'
import type { Deps } from '../deps.ts'
import { FormBinding } from '../http/csrf.ts'
import { Parameters } from '../http/parameters.ts'
import { isFullLogin } from '../identity/full-login.ts'
import { ACCOUNT_PATH } from '../interaction/paths.ts'
import { currentSession } from '../interaction/session.ts'
import { signOutForm } from '../interaction/sign-out/routes.ts'
import { notice } from '../pages/components/notice.ts'
import type { Texts } from '../pages/locales/en.ts'
import { beginningWith } from '../store/database.ts'
import { holdSession } from '../store/lock-account.ts'
import type { Session } from '../store/tables/sessions.ts'
import type { AccountNews, SignedIn } from './route.ts'

/** One secret for all of its forms: which session they are made in is what counts. */
export const ACCOUNT_FORMS = 'account'

/** No form: for pages that only say something. */
export const NONE = Parameters.parse('')

/** Somebody's full login, and the secret of their browser that it was found by. */
export interface AccountVisitor {
  readonly session: Session
  readonly secret: string
}

/** Undefined for whoever is not signed in, or by half. */
export async function visitorOf(deps: Deps, request: FastifyRequest): Promise<AccountVisitor | undefined> {
  const session = await currentSession(deps, request)
  const secret = deps.cookies.sessions(request).find((token) => sha256(token) === session?.tokenHash)
  if (!session || secret === undefined || !isFullLogin(session)) return undefined
  if (session.language !== null) request.uiLocales = [session.language]
  return { session, secret }
}

export function personOf(
  deps: Deps,
  request: FastifyRequest,
  { session, secret }: AccountVisitor,
  form: Parameters,
): SignedIn {
  const { cookieSecrets } = deps.config
  // Somebody else's link could bring a sentence that is not true.
  const newsTokens = (news: string) => withEach(cookieSecrets, (key) => hmac(key, 'account news', session.id, news))
  const query = Parameters.ofUrl(request.raw.url ?? '')
  const [[told = ''], [sign = '']] = [query.getAll('news'), query.getAll('sign')]
  const isTold = newsTokens(told).some((token) => equalInConstantTime(sign, token))
  return {
    session,
    db: beginningWith(deps.db, (trx) => holdSession(trx, session)),
    now: new Date(session.authTime.getTime() + session.ageSeconds * 1000),
    form,
    binding: FormBinding.to(cookieSecrets, secret, { page: ACCOUNT_FORMS, path: ACCOUNT_PATH, leadsTo: [] }),
    frame: { accountName: session.accountName, home: ACCOUNT_PATH, signOut: signOutForm(deps, secret, session) },
    news: ({ account }: Texts) =>
      isTold && isNews(told, account.news) ? notice('good', account.news[told]) : undefined,
    backTo(reply, href, news) {
      const parameters = news === undefined ? '' : `?${new URLSearchParams({ news, sign: newsTokens(news)[0] })}`
      return reply.redirect(href + parameters, 303)
    },
  }
}

function isNews(text: string, news: Texts['account']['news']): text is AccountNews {
  return Object.hasOwn(news, text)
}
