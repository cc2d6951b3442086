// One person in front of one page: the pending request, the browser it belongs to, and the form token.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import { csrfToken, isOwnForm } from '../http/csrf.ts'
import { formOf } from '../http/form.ts'
import { Parameters } from '../http/parameters.ts'
import { findPendingRequest, type PendingRequest } from '../store/authorization-requests.ts'
import { findSession, type Session } from '../store/sessions.ts'
import { answerEndedVisit } from './ended-visit.ts'
import { nextStepOf } from './next-step.ts'
import type { Step } from './policy.ts'
import { errorPage } from './views/error.ts'
import { sendPage } from './views/page.ts'

export type VisitRequest = FastifyRequest<{ Params: { request: string } }>

export type Visit = Readonly<{
  pending: PendingRequest
  session: Session | undefined
  csrf: string
  /** The posted form; empty on GET. */
  form: Parameters
}>

export type SignedInVisit = Visit & Readonly<{ session: Session }>

export type Visits = Readonly<{
  /** The visit of a page or an own form; undefined when the answer, an error page, has been sent already. */
  open(request: VisitRequest, reply: FastifyReply): Promise<Visit | undefined>
  /**
   * The same for a page that counts only as the next step of a signed-in person: from a stale tab, or opened by hand
   * before its turn, it leads back to the protocol instead.
   */
  openStep(request: VisitRequest, reply: FastifyReply, step: Step): Promise<SignedInVisit | undefined>
  /** Back to the protocol, which decides what is next. 303: the next request is a GET (RFC 9700 §4.12). */
  resume(reply: FastifyReply, pending: PendingRequest): FastifyReply
}>

export const openVisit = ({ db, config, cookies }: Deps): Visits => {
  const open: Visits['open'] = async (request, reply) => {
    const browser = cookies.knownBrowser(request)
    const pending = browser && (await findPendingRequest(db, request.params.request, sha256(browser)))
    if (!browser || !pending) {
      const browserHash = browser === undefined ? undefined : sha256(browser)
      const isForm = request.method === 'POST'
      await answerEndedVisit({ db, issuer: config.issuer }, reply, { id: request.params.request, browserHash, isForm })
      return undefined
    }
    const form = formOf(request) ?? Parameters.parse('')
    if (request.method === 'POST') {
      form.requireSound()
      const { cookieSecret, issuer } = config
      if (!isOwnForm(request, { cookieSecret, issuer, browser, page: pending.id, token: form.get('csrf') })) {
        sendPage(
          reply.code(403),
          errorPage('This form did not come from our own page. Go back to the app and start again.'),
        )
        return undefined
      }
    }
    const token = cookies.session(request)
    const session = token === undefined ? undefined : await findSession(db, sha256(token))
    return { pending, session, form, csrf: csrfToken(config.cookieSecret, browser, pending.id) }
  }
  const resume: Visits['resume'] = (reply, pending) => reply.redirect(`/authorize/resume/${pending.id}`, 303)
  return {
    open,
    resume,
    async openStep(request, reply, step) {
      const visit = await open(request, reply)
      if (!visit) return undefined
      const { pending, session } = visit
      if (session && (await nextStepOf(db, pending, session)) === step) return { ...visit, session }
      resume(reply, pending)
      return undefined
    },
  }
}
