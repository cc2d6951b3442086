// Choosing a password once an address is proven: the page and its form, wherever that was done.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import type { Deps } from '../../deps.ts'
import { asOneLine } from '../../http/one-line.ts'
import type { PageHandlers } from '../../http/page-routes.ts'
import type { Parameters } from '../../http/parameters.ts'
import { type Chosen, choosePassword } from '../../identity/choose-password.ts'
import { MAX_NAME_LENGTH } from '../../identity/person-name.ts'
import { languageOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { signUpQuestion } from '../hooks/sign-up.ts'
import { refusedSignUpPage } from '../hooks/view.ts'
import { linkEndedPage } from './link-view.ts'
import { type NewPassword, newPasswordPage } from './password-view.ts'

/** What was proven, and in whose visit, where that is still known. */
export type ProvenVisit = NewPassword &
  Readonly<{
    form: Parameters
    /** Where it goes on when somebody came first; a page says so where there is none. */
    resume?: string
  }>

/**
 * @param open the proof, or undefined when the answer has been sent already
 * @param goOn once the person has the password
 */
export function newPasswordPages<Proven extends ProvenVisit>(
  { db, config, hooks }: Pick<Deps, 'db' | 'config' | 'hooks'>,
  open: (request: FastifyRequest, reply: FastifyReply) => Promise<Proven | undefined>,
  goOn: (
    request: FastifyRequest,
    reply: FastifyReply,
    proven: Proven,
    person: Extract<Chosen, { kind: 'done' }>,
  ) => FastifyReply | Promise<FastifyReply>,
): PageHandlers {
  return {
    async GET(request, reply) {
      const proven = await open(request, reply)
      return proven ? sendPage(reply, newPasswordPage(proven)) : reply
    },
    async POST(request, reply) {
      const proven = await open(request, reply)
      if (!proven) return reply
      const { proof, app, deviceJkt, form, resume } = proven
      const name = asOneLine(form.get('name') ?? '', MAX_NAME_LENGTH)
      const password = form.get('password') ?? ''
      const language = languageOf(request)
      const applicant = {
        proven: proof.address,
        email: proof.address,
        name,
        language,
        applicationId: app?.applicationId,
      }
      const question = signUpQuestion({ config, hooks })
      const mayJoin = question && (() => question.mayJoin(applicant))
      const typed = { proof, password, name, language, app, deviceJkt, mayJoin }
      const chosen = await choosePassword(db, config, typed, ofRequest(request))
      if (chosen.kind === 'not admitted')
        return sendPage(reply.code(403), refusedSignUpPage(question?.sentence(language)))
      if (chosen.kind === 'ended')
        return resume === undefined ? sendPage(reply.code(410), linkEndedPage) : reply.redirect(resume, 303)
      if (chosen.kind === 'refused')
        return sendPage(reply.code(422), newPasswordPage(proven, { name, problem: chosen.problem }))
      return goOn(request, reply, proven, chosen)
    },
  }
}
