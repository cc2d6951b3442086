// The conductor of /authorize: asks policy for the next step, then sends the browser to a page or back to the app.
import type { FastifyReply } from 'fastify'
import type { Deps } from '../../deps.ts'
import { acrFor } from '../../identity/acr.ts'
import { answerEndedVisit } from '../../interaction/ended/reply.ts'
import { nextStepOf } from '../../interaction/next-step.ts'
import { resumePath, visitPath } from '../../interaction/paths.ts'
import { closeRequest, findPendingRequest, type PendingRequest } from '../../store/tables/authorization-requests.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { issueCode } from '../../tokens/authorization-code.ts'
import { type ErrorCode, OAuthError } from '../errors.ts'
import { redirectedError, responseUrl } from './response.ts'

/**
 * Answers with the next page's address, the code, or an error for the app.
 * @param begin is called when there is a page to see: hands a visit that is new to the browser its cookie.
 */
export async function proceed(
  { db, config, cookies }: Deps,
  reply: FastifyReply,
  pending: PendingRequest,
  session: Session | undefined,
  begin?: () => void,
): Promise<FastifyReply> {
  const { request } = pending
  const returnTo = { redirectUri: request.redirectUri, state: request.state }
  /** Another tab came first, so the app has its answer; or the person signed out meanwhile, and may sign in again. */
  const overtaken = async (): Promise<FastifyReply> => {
    const browserHashes = [pending.browserHash]
    if (!(await findPendingRequest(db, pending.id, browserHashes)))
      return answerEndedVisit({ db, issuer: config.issuer }, reply, { id: pending.id, browserHashes, isForm: false })
    begin?.()
    return reply.redirect(resumePath(pending.id), 303)
  }
  const refuse = async (code: ErrorCode, description: string): Promise<FastifyReply> => {
    if (!(await closeRequest(db, pending.id))) return overtaken()
    cookies.endVisit(reply, pending.id)
    throw redirectedError(config.issuer, returnTo, new OAuthError(code, description))
  }
  const next = await nextStepOf(db, pending, session)
  if (!next) {
    if (!session) throw new Error('policy finished a request without a session')
    const acr = acrFor(session, request.acrValues ?? [])
    const code = await issueCode(db, { requestId: pending.id, session, acr })
    if (code === undefined) return overtaken()
    cookies.endVisit(reply, pending.id)
    return reply.redirect(responseUrl(config.issuer, returnTo, { code }), 303)
  }
  if ('ends' in next) return refuse(next.ends.code, next.ends.description)
  if (request.prompts.includes('none'))
    return refuse(next.withoutPage, `prompt=none, but the person would have to see the ${next.step} page`)
  begin?.()
  return reply.redirect(`${visitPath(pending.id)}/${next.step}`, 303)
}
