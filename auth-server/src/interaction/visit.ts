// One person in front of one page: the pending request, the browser it belongs to, and the form token.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import { csrfToken, formProblem } from '../http/csrf.ts'
import { formOf } from '../http/form.ts'
import { Parameters } from '../http/parameters.ts'
import { errorPage } from '../pages/error.ts'
import { sendPage } from '../pages/frame.ts'
import { findPendingRequest, type PendingRequest } from '../store/tables/authorization-requests.ts'
import type { Session } from '../store/tables/sessions.ts'
import { answerEndedVisit } from './ended/reply.ts'
import { nextStepOf } from './next-step.ts'
import type { Step } from './policy.ts'
import { currentSession } from './session.ts'

export type VisitRequest = FastifyRequest<{ Params: { request: string } }>

export interface Visit {
  readonly pending: PendingRequest
  readonly session: Session | undefined
  /** What the visit's cookie holds. */
  readonly secret: string
  readonly csrf: string
  /** The posted form; empty on GET. */
  readonly form: Parameters
}

export type SignedInVisit = Visit & Readonly<{ session: Session }>

export interface Visits {
  /** The visit of a page or an own form; undefined when the answer, an error page, has been sent already. */
  open(request: VisitRequest, reply: FastifyReply): Promise<Visit | undefined>
  /**
   * The same for a page that counts only as the next step of a signed-in person: from a stale tab, or opened by hand
   * before its turn, it leads back to the protocol instead.
   */
  openStep(request: VisitRequest, reply: FastifyReply, step: Step): Promise<SignedInVisit | undefined>
  /** Back to the protocol, which decides what is next. 303: the next request is a GET (RFC 9700 §4.12). */
  resume(reply: FastifyReply, pending: PendingRequest): FastifyReply
}

export function openVisit(deps: Deps): Visits {
  const { db, config, cookies } = deps
  const open: Visits['open'] = async (request, reply) => {
    const id = request.params.request
    const isForm = request.method === 'POST'
    const secrets = cookies.secretsOf(request, id)
    const form = formOf(request) ?? Parameters.parse('')
    if (isForm) {
      form.requireReadable()
      const { cookieSecret, issuer } = config
      const problem = formProblem(request, { cookieSecret, issuer, secrets, page: id, token: form.get('csrf') })
      if (problem !== undefined && problem !== 'no cookie') {
        sendPage(
          reply.code(403),
          errorPage('This form did not come from our own page. Go back to the app and start again.'),
        )
        return undefined
      }
    }
    const browserHashes = secrets.map(sha256)
    const pending = await findPendingRequest(db, id, browserHashes)
    const secret = secrets.find((secret) => sha256(secret) === pending?.browserHash)
    if (!pending || secret === undefined) {
      await answerEndedVisit({ db, issuer: config.issuer }, reply, { id, browserHashes, isForm })
      return undefined
    }
    cookies.keepVisit(reply, id)
    const session = await currentSession(deps, request)
    return { pending, session, form, secret, csrf: csrfToken(config.cookieSecret, secret, id) }
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
