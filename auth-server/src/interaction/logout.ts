// Signing out: the page that asks, the form that answers, and what both end in (RP-Initiated Logout §2, §3).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import { csrfToken, isOwnForm } from '../http/csrf.ts'
import { formOf } from '../http/form.ts'
import { allowOnly } from '../http/methods.ts'
import { Parameters } from '../http/parameters.ts'
import { findClient, isApproved } from '../store/clients.ts'
import { endSessions, findSession, type Session } from '../store/sessions.ts'
import { type LogoutTarget, logoutResponseUrl, logoutTarget } from './logout-target.ts'
import { errorPage } from './views/error.ts'
import { logoutPage, signedOutPage } from './views/logout.ts'
import { sendPage } from './views/page.ts'

/** Ends the browser's session and all that was born in it, then sends the browser on, or shows that it is done. */
export const signOut = async (
  { db, cookies }: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  target: LogoutTarget | undefined,
): Promise<FastifyReply> => {
  const token = cookies.session(request)
  if (token !== undefined) await endSessions(db, { tokenHash: sha256(token) })
  cookies.clearSession(reply)
  return target ? reply.redirect(logoutResponseUrl(target), 303) : sendPage(reply, signedOutPage)
}

export const addLogoutPages = (app: FastifyInstance, deps: Deps): void => {
  const { db, config, cookies } = deps
  const url = '/interaction/logout'

  const open = async (request: FastifyRequest, parameters: Parameters) => {
    parameters.requireSound()
    const token = cookies.session(request)
    const clientId = parameters.get('client_id')
    const [session, asking] = await Promise.all([
      token === undefined ? undefined : findSession(db, sha256(token)),
      clientId === undefined ? undefined : findClient(db, clientId),
    ])
    const client = asking && isApproved(asking) ? asking : undefined
    const judged = logoutTarget(client, parameters.get('post_logout_redirect_uri'), parameters.get('state'))
    return { session, client, target: typeof judged === 'string' ? undefined : judged }
  }
  // The form counts for this session only: a new login makes an old page worthless.
  const pageOf = (session: Session): string => `logout ${session.id}`

  app.get(url, { config: { errors: 'page' } }, async (request, reply) => {
    const { session, client, target } = await open(request, Parameters.ofUrl(request.raw.url ?? ''))
    if (!session) return sendPage(reply, signedOutPage)
    const csrf = csrfToken(config.cookieSecret, cookies.browser(request, reply), pageOf(session))
    const page = logoutPage({ csrf, email: session.email, client, target })
    return sendPage(reply, page, target?.redirectUri ?? 'self')
  })

  app.post(url, { config: { errors: 'page' } }, async (request, reply) => {
    const form = formOf(request) ?? Parameters.parse('')
    const { session, target } = await open(request, form)
    if (!session) return signOut(deps, request, reply, undefined)
    const { cookieSecret, issuer } = config
    const browser = cookies.knownBrowser(request) ?? ''
    if (!isOwnForm(request, { cookieSecret, issuer, browser, page: pageOf(session), token: form.get('csrf') }))
      return sendPage(reply.code(403), errorPage('This form did not come from our own page. You are still signed in.'))
    return signOut(deps, request, reply, target)
  })
  allowOnly(app, url, ['GET', 'POST'])
}
