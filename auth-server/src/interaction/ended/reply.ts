// The answer to whoever comes to a visit that cannot go on: done, expired, another browser's, or unknown.
import type { FastifyReply } from 'fastify'
import { isRegistered, redirectKind, withAnswer } from '../../catalogue/redirect-uri.ts'
import { MAX_URL_LENGTH } from '../../http/request-path.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { Db } from '../../store/database.ts'
import { type EndedVisit, findEndedVisit } from '../../store/queries/ended-visits.ts'
import { AUTHORIZE_PATH } from '../paths.ts'
import { donePage, elsewherePage, endedPage, expiredPage } from './view.ts'

/** Sends the page that says how the visit ended. @param isForm of a page that was still open somewhere. */
export async function answerEndedVisit(
  { db, issuer }: Readonly<{ db: Db; issuer: string }>,
  reply: FastifyReply,
  { id, browserHashes, isForm }: Readonly<{ id: string; browserHashes: readonly string[]; isForm: boolean }>,
): Promise<FastifyReply> {
  const ended = await findEndedVisit(db, id, browserHashes)
  if (!ended) return sendPage(reply.code(404), endedPage)
  reply.request.uiLocales = ended.request.uiLocales
  // Only its own browser gets a way out, and only to an address that is registered still.
  const { kind, applicationName } = ended
  const mine = ended.mine && isRegistered(ended.request.redirectUri, ended.redirectUris, ended.applicationKind)
  if (kind === 'done')
    return sendPage(reply.code(isForm ? 409 : 200), donePage(applicationName, mine ? again(ended) : undefined))
  if (kind === 'expired')
    return sendPage(reply.code(410), expiredPage(applicationName, mine ? back(ended, issuer) : undefined))
  return sendPage(reply.code(403), elsewherePage)
}

/** The app's own request once more, which is judged anew; for apps of which no browser says whether they opened. */
function again({ request, clientId, resource, mustPush }: EndedVisit): string | undefined {
  if (mustPush || request.expectedPersonId !== undefined || redirectKind(request.redirectUri) !== 'private-use')
    return undefined
  const { redirectUri, scopes, prompts, state, nonce, codeChallenge, dpopJkt, maxAgeSeconds, loginHint, uiLocales } =
    request
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    resource,
    scope: scopes.join(' '),
    prompt: prompts.join(' '),
    ...(state !== undefined && { state }),
    ...(nonce !== undefined && { nonce }),
    ...(codeChallenge !== undefined && { code_challenge: codeChallenge, code_challenge_method: 'S256' }),
    ...(dpopJkt !== undefined && { dpop_jkt: dpopJkt }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
    ...(loginHint !== undefined && { login_hint: loginHint }),
    ...(uiLocales !== undefined && { ui_locales: uiLocales.join(' ') }),
  })
  const href = `${AUTHORIZE_PATH}?${parameters}`
  return href.length > MAX_URL_LENGTH ? undefined : href
}

/** The answer that the app still waits for, at the redirect URI that was trusted when the visit began. */
function back({ request }: EndedVisit, issuer: string): string {
  const { redirectUri, state } = request
  const answer = { error: 'access_denied', error_description: 'the sign-in page was left open for too long' }
  return withAnswer(redirectUri, { ...answer, ...(state !== undefined && { state }), iss: issuer })
}
