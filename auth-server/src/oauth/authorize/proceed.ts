// The conductor of a visit: asks policy for the next step, then sends the browser to a page, or ends the visit.
import type { FastifyReply } from 'fastify'
import type { Deps } from '../../deps.ts'
import { acrFor } from '../../identity/acr.ts'
import { claimsOfLogin } from '../../interaction/claims-of-login.ts'
import { answerEndedVisit } from '../../interaction/ended/reply.ts'
import { cancelledPage } from '../../interaction/ended/view.ts'
import { asksHooks } from '../../interaction/hooks/needed.ts'
import { resumePath, stepPath } from '../../interaction/paths.ts'
import { nextStepOf } from '../../interaction/policy.ts'
import { sendPage } from '../../pages/send-page.ts'
import {
  closeRequest,
  findPendingRequest,
  type PendingAppVisit,
  type PendingOwnVisit,
  type PendingRequest,
} from '../../store/tables/authorization-requests.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { issueCode } from '../../tokens/authorization-code.ts'
import { noteLeftOut } from '../../tokens/note-left-out.ts'
import { type ErrorCode, OAuthError } from '../errors.ts'
import { type NewVisit, writeVisit } from './new-visit.ts'
import { redirectedError, responseUrl } from './response.ts'

/** What ends a visit: nothing is left to do for the person of a session, or it was refused. */
type End = Readonly<{ session: Session }> | Readonly<{ code: ErrorCode; description: string }>

/**
 * Answers with the next page's address, the code, or an error for the app.
 * @param visit where it is new: its row is written, and its cookie given, when there is something to come back to. One that
 *   ends as it begins, as those of people who are signed in mostly do, leaves nothing but its code.
 */
export async function proceed(
  deps: Deps,
  reply: FastifyReply,
  pending: PendingRequest,
  session: Session | undefined,
  visit?: NewVisit,
): Promise<FastifyReply> {
  const { db, config } = deps
  const isUnwritten = visit !== undefined && visit.pushedUriHash === null && !asksHooks(deps, pending)
  const write = async () => {
    if (visit && pending.app) await writeVisit(db, pending, visit)
  }
  if (!isUnwritten) await write()
  const next = await nextStepOf(deps, pending, session)
  if (next && 'withoutPage' in next && !pending.request.prompts.includes('none')) {
    if (isUnwritten) await write()
    visit?.begin()
    return reply.redirect(stepPath(next.step, pending.id), 303)
  }
  const end = endOf(next, session)
  const isNew = isUnwritten && 'session' in end
  if (isUnwritten && !isNew) await write()
  const ended = pending.app
    ? await endForApp(deps, reply, pending, end, isNew)
    : await endHere(deps, reply, pending, end)
  // Never a reply through `await`: it is thenable, and what comes out of one that was sent is undefined.
  if (ended) return reply
  if (isNew) await write()
  // Another tab came first, so it has ended; or the person signed out meanwhile, and may sign in again.
  const browserHashes = [pending.browserHash]
  if (!(await findPendingRequest(db, pending.id, browserHashes)))
    return answerEndedVisit({ db, issuer: config.issuer }, reply, { id: pending.id, browserHashes, isForm: false })
  visit?.begin()
  return reply.redirect(resumePath(pending.id), 303)
}

function endOf(next: Awaited<ReturnType<typeof nextStepOf>>, session: Session | undefined): End {
  if (next && 'ends' in next) return next.ends
  if (next)
    return {
      code: next.withoutPage,
      description: `prompt=none, but the person would have to see the ${next.step} page`,
    }
  if (!session) throw new Error('policy finished a request without a session')
  return { session }
}

/** Answers with the code or the error, at the app's redirect URI; false when there was nothing left to close. */
async function endForApp(
  deps: Deps,
  reply: FastifyReply,
  pending: PendingAppVisit,
  end: End,
  isNew: boolean,
): Promise<boolean> {
  const { db, config, cookies } = deps
  const { id, request } = pending
  const returnTo = { redirectUri: request.redirectUri, state: request.state }
  if ('session' in end) {
    const acr = acrFor(end.session, request.acrValues ?? [])
    const { claims, yielding, leftOut } = await claimsOfLogin(deps, pending, end.session)
    const code = await issueCode(db, {
      visit: { ...pending, isNew },
      session: end.session,
      acr,
      addedClaims: claims,
      yieldingClaims: yielding,
    })
    if (code === undefined) return false
    noteLeftOut(reply.log, leftOut)
    cookies.endVisit(reply, id)
    reply.log.info({ step: 'sent a code', account: end.session.accountName }, 'the app gets a code')
    reply.redirect(responseUrl(config.issuer, returnTo, { code }), 303)
    return true
  }
  if (!(await closeRequest(db, id))) return false
  cookies.endVisit(reply, id)
  throw redirectedError(config.issuer, returnTo, new OAuthError(end.code, end.description))
}

/** Answers with the page of this server that asked, which judges by itself who is signed in; false as above. */
async function endHere(
  { db, cookies }: Deps,
  reply: FastifyReply,
  { id, request }: PendingOwnVisit,
  end: End,
): Promise<boolean> {
  if (!(await closeRequest(db, id))) return false
  cookies.endVisit(reply, id)
  if ('session' in end) reply.redirect(request.returnTo, 303)
  else sendPage(reply, cancelledPage(request.returnTo))
  return true
}
