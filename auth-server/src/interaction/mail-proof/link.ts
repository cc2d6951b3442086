// The link of a mail, in whichever browser it is opened: a page that asks, a form that proves the address, and a password chosen there.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ownName, shownName } from '../../catalogue/shown-name.ts'
import { sha256 } from '../../crypto/digest.ts'
import { readMailToken } from '../../crypto/mail-proof.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import { FormBinding, readOwnForm } from '../../http/csrf.ts'
import type { Pages } from '../../http/page-routes.ts'
import { pathParameter } from '../../http/request-path.ts'
import { textsFor } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { MAIL_PURPOSES } from '../../store/mail-purpose.ts'
import { findLinkedProof, findProvenAddress, proveByLink } from '../../store/queries/address-proofs.ts'
import { findPendingRequest } from '../../store/tables/authorization-requests.ts'
import { stepPath } from '../paths.ts'
import { acceptedPage, confirmPage, linkEndedPage, PROVE, provenElsewherePage } from './link-view.ts'
import { newPasswordPages } from './new-password.ts'
import { NEW_PASSWORD } from './paths.ts'

const { page: PAGE } = MAIL_PURPOSES.reset
/** The page of a link; what follows from it lies below. */
const LINK_PATH = `${PAGE}/:token`

export function linkPages(deps: Deps): Pages {
  const { db, config, cookies } = deps
  const { cookieSecrets } = config

  /**
   * What the link stands for, and the browser's secrets for it: that of the visit, where the visit began here, and its own
   * from when the link was first opened here. Undefined when the answer has been sent.
   */
  async function open(request: FastifyRequest, reply: FastifyReply) {
    const id = readMailToken(cookieSecrets, pathParameter(request, 'token') ?? '')
    const found = id === undefined ? undefined : await findLinkedProof(db, id)
    if (!found) {
      sendPage(reply.code(410), linkEndedPage)
      return undefined
    }
    const { requestId, browserHash, app } = found
    const linked = { ...found, app: app && { ...app, name: ownName(app, textsFor(request)) } }
    const ofVisit = requestId === null ? [] : cookies.secretsOf(request, requestId)
    const visitSecret = ofVisit.find((secret) => sha256(secret) === browserHash)
    const secrets = [...(visitSecret === undefined ? [] : [visitSecret]), ...cookies.secretsOf(request, linked.id)]
    const form = readOwnForm(request, config, { secrets, page: linked.id })
    return { linked, secrets, form, visitSecret, path: `${PAGE}/${pathParameter(request, 'token')}` }
  }

  /** The secret of this browser for the link; a new one is handed over. */
  function secretFor(reply: FastifyReply, id: string, [known]: readonly string[]): string {
    const secret = known ?? randomSecret()
    if (known === undefined) cookies.beginVisit(reply, { id, secret })
    return secret
  }

  function bind(secret: string, page: string, path: string): FormBinding {
    return FormBinding.to(cookieSecrets, secret, { page, path, leadsTo: [] })
  }

  async function openProven(request: FastifyRequest, reply: FastifyReply) {
    const opened = await open(request, reply)
    if (!opened) return undefined
    const { linked, secrets, path } = opened
    const proof = await findProvenAddress(db, { id: linked.id }, secrets.map(sha256))
    const secret = secrets.find((secret) => sha256(secret) === proof?.provenHash)
    if (proof && secret !== undefined) {
      const app = linked.app ?? undefined
      return { ...opened, proof, app, binding: bind(secret, linked.id, path) }
    }
    // The token is what counts, and this browser has not shown it.
    reply.redirect(path, 303)
    return undefined
  }

  return {
    [LINK_PATH]: {
      async GET(request, reply) {
        const opened = await open(request, reply)
        if (!opened) return reply
        const { linked, secrets, path } = opened
        const binding = bind(secretFor(reply, linked.id, secrets), linked.id, path)
        return sendPage(reply, confirmPage(binding, linked))
      },
    },
    [`${LINK_PATH}/${PROVE}`]: {
      async POST(request, reply) {
        const opened = await open(request, reply)
        if (!opened) return reply
        const { linked, visitSecret, path } = opened
        const { id, requestId } = linked
        // Where the visit waits in this browser, it goes on there.
        const waits =
          visitSecret !== undefined &&
          requestId !== null &&
          (await findPendingRequest(db, requestId, [sha256(visitSecret)])) !== undefined
        const secret = waits ? visitSecret : secretFor(reply, id, cookies.secretsOf(request, id))
        if (!(await proveByLink(db, { id, provenHash: sha256(secret) })))
          return sendPage(reply.code(410), linkEndedPage)
        return reply.redirect(waits ? stepPath(NEW_PASSWORD, requestId) : `${path}/${NEW_PASSWORD}`, 303)
      },
    },
    [`${LINK_PATH}/${NEW_PASSWORD}`]: newPasswordPages(deps, openProven, (_request, reply, { linked, proof, app }) => {
      cookies.endVisit(reply, linked.id)
      // No browser waits for it: nobody asked, so it was an invitation.
      return sendPage(
        reply,
        linked.browserHash === null
          ? acceptedPage
          : provenElsewherePage(proof.purpose, app && shownName(app, [app.redirectUri])),
      )
    }),
  }
}
