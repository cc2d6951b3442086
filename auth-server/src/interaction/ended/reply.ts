// The answer to whoever comes to a visit that cannot go on: done, expired, another browser's, or unknown.
import type { FastifyReply } from 'fastify'
import { isRegistered, redirectKind, withAnswer } from '../../catalogue/redirect-uri.ts'
import { MAX_URL_LENGTH } from '../../http/request-path.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { Db } from '../../store/database.ts'
import { type EndedVisit, findEndedVisit, type VisitedApp } from '../../store/queries/ended-visits.ts'
import type { StoredRequest } from '../../store/tables/authorization-requests.ts'
import { AUTHORIZE_PATH } from '../paths.ts'
import { donePage, elsewherePage, endedPage, expiredPage, type WayOn } from './view.ts'

/** Sends the page that says how the visit ended. @param isForm of a page that was still open somewhere. */
export async function answerEndedVisit(
  { db, issuer }: Readonly<{ db: Db; issuer: string }>,
  reply: FastifyReply,
  { id, browserHashes, isForm }: Readonly<{ id: string; browserHashes: readonly string[]; isForm: boolean }>,
): Promise<FastifyReply> {
  const ended = await findEndedVisit(db, id, browserHashes)
  if (!ended) return sendPage(reply.code(404), endedPage)
  reply.request.uiLocales = ended.request.uiLocales
  const wayOn = wayOnOf(ended, issuer)
  if (ended.kind === 'done') return sendPage(reply.code(isForm ? 409 : 200), donePage(wayOn))
  if (ended.kind === 'expired') return sendPage(reply.code(410), expiredPage(wayOn))
  return sendPage(reply.code(403), elsewherePage(wayOn))
}

/** Only its own browser gets a way out, and only to an address that is registered still, or our own. */
function wayOnOf({ kind, mine, app, request }: EndedVisit, issuer: string): WayOn {
  if ('returnTo' in request) return { href: mine ? request.returnTo : undefined }
  if (!app || !mine || !isRegistered(request.redirectUri, app.redirectUris, app.kind))
    return { appName: app?.name ?? '' }
  return { appName: app.name, href: kind === 'done' ? again(request, app) : back(request, issuer) }
}

/** The app's own request once more, which is judged anew; for apps of which no browser says whether they opened. */
function again(request: StoredRequest, { clientId, resource, mustPush }: VisitedApp): string | undefined {
  if (mustPush || request.expectedPersonId !== undefined || redirectKind(request.redirectUri) !== 'private-use')
    return undefined
  const { redirectUri, scopes, prompts, state, nonce, codeChallenge, dpopJkt } = request
  const { maxAgeSeconds, acrValues, loginHint, uiLocales } = request
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
    ...(acrValues !== undefined && { acr_values: acrValues.join(' ') }),
    ...(loginHint !== undefined && { login_hint: loginHint }),
    ...(uiLocales !== undefined && { ui_locales: uiLocales.join(' ') }),
  })
  const href = `${AUTHORIZE_PATH}?${parameters}`
  return href.length > MAX_URL_LENGTH ? undefined : href
}

/** The answer that the app still waits for, at the redirect URI that was trusted when the visit began. */
function back({ redirectUri, state }: StoredRequest, issuer: string): string {
  const answer = { error: 'access_denied', error_description: 'the sign-in page was left open for too long' }
  return withAnswer(redirectUri, { ...answer, ...(state !== undefined && { state }), iss: issuer })
}
