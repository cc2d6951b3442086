// The answer to whoever comes to a visit that cannot go on: done, expired, another browser's, or unknown.
import type { FastifyReply } from 'fastify'
import { claimedRedirectUri } from '../../catalogue/app-links.ts'
import { isRegistered, redirectKind, withAnswer } from '../../catalogue/redirect-uri.ts'
import { ownName, shownName } from '../../catalogue/shown-name.ts'
import { textsFor } from '../../pages/language.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { Db } from '../../store/database.ts'
import { type EndedVisit, findEndedVisit } from '../../store/queries/ended-visits.ts'
import type { StoredRequest } from '../../store/tables/authorization-requests.ts'
import { again } from './again.ts'
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
  const wayOn = wayOnOf(ended, issuer, textsFor(reply.request))
  if (ended.kind === 'done') return sendPage(reply.code(isForm ? 409 : 200), donePage(wayOn))
  if (ended.kind === 'expired') return sendPage(reply.code(410), expiredPage(wayOn))
  return sendPage(reply.code(403), elsewherePage(wayOn))
}

/** Only its own browser gets a way out, and only to an address that is registered still, or our own. */
function wayOnOf({ kind, mine, app, request }: EndedVisit, issuer: string, texts: Texts): WayOn {
  if ('returnTo' in request) return { href: mine ? request.returnTo : undefined }
  const appName = app ? shownName({ ...app, name: ownName(app, texts) }, [request.redirectUri]) : ''
  if (!app || !mine || !isRegistered(request.redirectUri, app.redirectUris, app.kind)) return { appName }
  if (kind !== 'done') return { appName, href: back(request, issuer) }
  const isSilent =
    redirectKind(request.redirectUri) === 'private-use' ||
    request.redirectUri === claimedRedirectUri(issuer, app.clientId)
  return { appName, href: isSilent ? again(request, app) : undefined }
}

/** The answer that the app still waits for, at the redirect URI that was trusted when the visit began. */
function back({ redirectUri, state }: StoredRequest, issuer: string): string {
  const answer = { error: 'access_denied', error_description: 'the sign-in page was left open for too long' }
  return withAnswer(redirectUri, { ...answer, ...(state !== undefined && { state }), iss: issuer })
}
