// One person in front of one page: the pending request, the browser it belongs to, and the form token.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ownName } from '../catalogue/shown-name.ts'
import { sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import { noteCaller } from '../http/caller.ts'
import { FormBinding, readOwnForm } from '../http/csrf.ts'
import type { Pages } from '../http/page-routes.ts'
import type { Parameters } from '../http/parameters.ts'
import { pathParameter } from '../http/request-path.ts'
import { waysOf } from '../identity/federation/offered.ts'
import { textsFor } from '../pages/language.ts'
import {
  findPendingRequest,
  type PendingAppVisit,
  type PendingRequest,
} from '../store/tables/authorization-requests.ts'
import type { Session } from '../store/tables/sessions.ts'
import { answerEndedVisit } from './ended/reply.ts'
import { resumePath, visitPath } from './paths.ts'
import { nextStepOf, type PageStep } from './policy.ts'
import { currentSession } from './session.ts'

export interface Visit {
  readonly pending: PendingRequest
  readonly session: Session | undefined
  /** What the visit's cookie holds. */
  readonly secret: string
  /** Makes the forms of its pages. */
  readonly binding: FormBinding
  /** The posted form; empty on GET. */
  readonly form: Parameters
}

export type SignedInVisit = Visit & Readonly<{ session: Session }>

/** The pages and forms that a folder has, by the last part of their addresses: of a step, its page has the step's name. */
export type VisitPages = Pages
export type MakeVisitPages = (deps: Deps, visits: VisitFlow) => VisitPages

export interface VisitFlow {
  /**
   * The visit of a page or an own form; undefined when the answer, an error page, has been sent already.
   * @param id of the visit, where the address does not have it, such as a provider's callback
   */
  open(request: FastifyRequest, reply: FastifyReply, id?: string): Promise<Visit | undefined>
  /**
   * The same for a page that counts only as the next step of a signed-in person: from a stale tab, or opened by hand
   * before its turn, it leads back to the protocol instead. So does a form from a stale tab: whoever has signed in since
   * then sees the page with their own name first.
   * @param repeated for a step that gives the session a new token: answers a form that comes once more with the old one
   */
  openStep(
    request: FastifyRequest,
    reply: FastifyReply,
    step: PageStep,
    repeated?: () => Promise<boolean>,
  ): Promise<SignedInVisit | undefined>
  /** The same for a step that nobody has to be signed in for. */
  openEarlyStep(request: FastifyRequest, reply: FastifyReply, step: PageStep): Promise<Visit | undefined>
  /** The same for a step that there is only in the visits of applications. */
  openAppStep(
    request: FastifyRequest,
    reply: FastifyReply,
    step: PageStep,
  ): Promise<(SignedInVisit & Readonly<{ pending: PendingAppVisit }>) | undefined>
  /** Whether a step is what is left to do now. */
  isNext(visit: Visit, step: PageStep): Promise<boolean>
  /** Back to the protocol, which decides what is next. 303: the next request is a GET (RFC 9700 §4.12). */
  resume(reply: FastifyReply, pending: PendingRequest): FastifyReply
}

export function visitFlow(deps: Deps): VisitFlow {
  const { db, config, cookies } = deps
  const open: VisitFlow['open'] = async (request, reply, id = pathParameter(request, 'request') ?? '') => {
    const secrets = cookies.secretsOf(request, id)
    const form = readOwnForm(request, config, { secrets, page: id, mayLackCookie: true })
    const browserHashes = secrets.map(sha256)
    const found = await findPendingRequest(db, id, browserHashes)
    const secret = secrets.find((secret) => sha256(secret) === found?.browserHash)
    if (!found || secret === undefined) {
      await answerEndedVisit({ db, issuer: config.issuer }, reply, {
        id,
        browserHashes,
        isForm: request.method === 'POST',
      })
      return undefined
    }
    if (found.app) noteCaller(request, { clientId: found.app.clientId })
    request.uiLocales = found.request.uiLocales
    const pending = found.app ? { ...found, app: { ...found.app, name: ownName(found.app, textsFor(request)) } } : found
    cookies.keepVisit(reply, id)
    const session = await currentSession(deps, request)
    // Forms may come to a sign-in, which goes straight to a provider.
    const { straight } = waysOf(deps.providers, pending)
    const leadsTo = [...(pending.app ? [pending.request.redirectUri] : []), ...(straight ? [straight.leadsTo] : [])]
    const binding = FormBinding.to(config.cookieSecrets, secret, { page: id, path: visitPath(id), leadsTo })
    return { pending, session, form, secret, binding }
  }
  const resume: VisitFlow['resume'] = (reply, pending) => reply.redirect(resumePath(pending.id), 303)
  const openStep: VisitFlow['openStep'] = async (request, reply, step, repeated) => {
    const visit = await open(request, reply)
    if (!visit) return undefined
    const { pending, session, form } = visit
    const stale = request.method === 'POST' && form.get('session') !== session?.id
    if (session && !stale && (await nextStepOf(deps, pending, session))?.step === step)
      return { ...visit, session, binding: visit.binding.inSession(session.id) }
    if (session || !(await repeated?.())) resume(reply, pending)
    return undefined
  }
  return {
    open,
    openStep,
    async openEarlyStep(request, reply, step) {
      const visit = await open(request, reply)
      if (!visit || (await nextStepOf(deps, visit.pending, visit.session))?.step === step) return visit
      resume(reply, visit.pending)
      return undefined
    },
    async openAppStep(request, reply, step) {
      const visit = await openStep(request, reply, step)
      if (visit?.pending.app) return { ...visit, pending: visit.pending }
      if (visit) resume(reply, visit.pending)
      return undefined
    },
    isNext: async ({ pending, session }, step) => (await nextStepOf(deps, pending, session))?.step === step,
    resume,
  }
}
