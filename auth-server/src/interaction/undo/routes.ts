// The link in a mail about a change: a page that says what happened, and the form that takes it back.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { readMailToken } from '../../crypto/mail-proof.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import { FormBinding, readOwnForm } from '../../http/csrf.ts'
import type { Pages } from '../../http/page-routes.ts'
import { pathParameter } from '../../http/request-path.ts'
import { undoChange } from '../../identity/undo.ts'
import { sendPage } from '../../pages/send-page.ts'
import { MAIL_PURPOSES } from '../../store/mail-purpose.ts'
import { findUndo } from '../../store/queries/account-changes.ts'
import { TAKE_BACK, undoEndedPage, undonePage, undoPage } from './view.ts'

const LINK_PATH = `${MAIL_PURPOSES.undo.page}/:token`

/** Outside of any visit, in whichever browser: the token alone counts, and nobody is signed in by it. */
export function undoPages({ db, config, cookies }: Deps): Pages {
  const { cookieSecrets } = config
  const ended = (reply: FastifyReply) => sendPage(reply.code(410), undoEndedPage)
  const idOf = (request: FastifyRequest) => readMailToken(cookieSecrets, pathParameter(request, 'token') ?? '')
  return {
    [LINK_PATH]: {
      // Mail scanners open it as well, so it changes nothing.
      async GET(request, reply) {
        const id = idOf(request)
        const change = id === undefined ? undefined : await findUndo(db, id)
        if (id === undefined || !change) return ended(reply)
        const [known] = cookies.secretsOf(request, id)
        const secret = known ?? randomSecret()
        if (known === undefined) cookies.beginVisit(reply, { id, secret })
        const path = `${MAIL_PURPOSES.undo.page}/${pathParameter(request, 'token')}`
        const binding = FormBinding.to(cookieSecrets, secret, { page: id, path, leadsTo: [] })
        return sendPage(reply, undoPage(binding, change))
      },
    },
    [`${LINK_PATH}/${TAKE_BACK}`]: {
      async POST(request, reply) {
        const id = idOf(request)
        if (id === undefined) return ended(reply)
        readOwnForm(request, config, { secrets: cookies.secretsOf(request, id), page: id })
        if (!(await undoChange(db, id, ofRequest(request)))) return ended(reply)
        return sendPage(reply, undonePage)
      },
    },
  }
}
