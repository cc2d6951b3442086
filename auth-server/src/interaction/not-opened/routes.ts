// Where an app's own link leads when the phone did not open the app with it: a page that says so, and offers another try.
import type { FastifyRequest } from 'fastify'
import { callbackPath, claimedRedirectUri, isLinkable } from '../../catalogue/app-links.ts'
import { shownName } from '../../catalogue/shown-name.ts'
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import type { PageHandlers } from '../../http/page-routes.ts'
import { HttpProblem } from '../../http/problem.ts'
import { pathParameter } from '../../http/request-path.ts'
import { sendPage } from '../../pages/send-page.ts'
import { findAnsweredVisit } from '../../store/queries/ended-visits.ts'
import { findApprovedIdentity } from '../../store/tables/app-identities.ts'
import { again } from '../ended/again.ts'
import { notOpenedPage } from './view.ts'

/** The code in its address is the app's: it is not read here, and the page lets it get nowhere. */
export function notOpenedPages({ db, config, cookies }: Deps): Readonly<Record<string, PageHandlers>> {
  /** The same request once more, if this browser's visit was for it. */
  async function wayAgain(request: FastifyRequest, clientId: string): Promise<string | undefined> {
    const visits = cookies.visits(request).map(({ id, secret }) => ({ id, browserHash: sha256(secret) }))
    const redirectUri = claimedRedirectUri(config.issuer, clientId)
    const visit = await findAnsweredVisit(db, { clientId, redirectUri }, visits)
    request.uiLocales = visit?.request.uiLocales
    return visit && again(visit.request, visit.app)
  }
  return {
    [callbackPath(':client')]: {
      async GET(request, reply) {
        const clientId = pathParameter(request, 'client') ?? ''
        const app = isLinkable(clientId) ? await findApprovedIdentity(db, clientId) : undefined
        if (!app) throw new HttpProblem('invalid_request', 'there is nothing at this address', { status: 404 })
        const href = await wayAgain(request, clientId)
        // Not even our own pages hear of the address, for what they write down.
        reply.header('referrer-policy', 'no-referrer')
        return sendPage(reply, notOpenedPage({ appName: shownName(app, app.redirectUris), href }))
      },
    },
  }
}
