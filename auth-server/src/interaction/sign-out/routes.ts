// Signing out: the page that asks, the form that answers, and what both end in (RP-Initiated Logout §2, §3).
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import { FormBinding, readOwnForm } from '../../http/csrf.ts'
import type { PageHandlers } from '../../http/page-routes.ts'
import { Parameters } from '../../http/parameters.ts'
import type { Form } from '../../pages/components/form.ts'
import { uiLocalesOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { endSessions, findSessionToEnd } from '../../store/end-sessions.ts'
import { findClient, onlyApproved } from '../../store/queries/clients.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { PAGES_PATH } from '../paths.ts'
import { browserProof } from '../session.ts'
import { logoutAtProvider, signOutLeadsTo } from './at-provider.ts'
import { type LogoutTarget, logoutResponseUrl, logoutTarget } from './target.ts'
import { logoutPage, signedOutPage } from './view.ts'

/** Ends the browser's session and all that was born in it, then sends the browser on, or shows that it is done. */
export async function signOut(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  target: LogoutTarget | undefined,
): Promise<FastifyReply> {
  const { db, cookies } = deps
  const ended = await endSessions(db, browserProof(cookies, request), async (trx, ended) => {
    for (const personId of new Set(ended.map((session) => session.personId)))
      await record(trx, { type: 'sign-out', outcome: 'succeeded', personId }, ofRequest(request))
  })
  cookies.clearSession(reply)
  request.log.info({ step: 'signed out' }, 'somebody signed out')
  const there = await logoutAtProvider(deps, request, reply, { ended, target })
  if (there && 'address' in there) return reply.redirect(there.address.href, 303)
  if (target) return reply.redirect(logoutResponseUrl(target), 303)
  return sendPage(reply, signedOutPage(there?.unreached.label))
}

const PAGE = 'logout'

/** The form that signs out of a session, for pages that are not its own. @param secret of the session's cookie */
export function signOutForm(
  { config, providers }: Pick<Deps, 'config' | 'providers'>,
  secret: string,
  session: Pick<Session, 'issuer'>,
): Form {
  const leadsTo = signOutLeadsTo(providers, session)
  return {
    binding: FormBinding.to(config.cookieSecrets, secret, { page: PAGE, path: PAGES_PATH, leadsTo }),
    action: 'logout',
  }
}

export function signOutPage(deps: Deps): PageHandlers {
  const { db, config, cookies, providers } = deps

  // The session's own comes first; a visit's stands in for it where the answer that brought the session was lost.
  const secretsOf = (request: FastifyRequest) => [
    ...cookies.sessions(request),
    ...cookies.visits(request).map(({ secret }) => secret),
  ]
  const read = async (parameters: Parameters) => {
    const clientId = parameters.get('client_id')
    const client = clientId === undefined ? undefined : onlyApproved(await findClient(db, clientId))
    const judged = logoutTarget(client, parameters.get('post_logout_redirect_uri'), parameters.get('state'))
    return { client, target: typeof judged === 'string' ? undefined : judged }
  }

  return {
    async GET(request, reply) {
      const parameters = Parameters.ofUrl(request.raw.url ?? '')
      parameters.requireReadable()
      const [secret] = secretsOf(request)
      const [{ client, target }, session] = await Promise.all([
        read(parameters),
        findSessionToEnd(db, browserProof(cookies, request)),
      ])
      if (!session || secret === undefined) return sendPage(reply, signedOutPage())
      const leadsTo = [...signOutLeadsTo(providers, session), ...(target ? [target.redirectUri] : [])]
      const binding = FormBinding.to(config.cookieSecrets, secret, { page: PAGE, path: PAGES_PATH, leadsTo })
      const uiLocales = uiLocalesOf(parameters)
      return sendPage(reply, logoutPage({ binding, accountName: session.accountName, client, target, uiLocales }))
    },
    // The form is bound to the session's own cookie: a new login makes an old page worthless, and sent twice it is the
    // same form still. What comes without a cookie of ours has nothing here to end, and says nothing about this browser:
    // forms of other sites come without it whoever is signed in.
    async POST(request, reply) {
      const expected = { secrets: secretsOf(request), page: PAGE, refusal: 'foreign_or_old_form' } as const
      const form = readOwnForm(request, config, expected)
      const { target } = await read(form)
      return signOut(deps, request, reply, target)
    },
  }
}
