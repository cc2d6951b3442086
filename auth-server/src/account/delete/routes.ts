// Deleting the account: the page that asks, for its person; the pages about it, for anybody; and the link in the mail that keeps it.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { withShownName } from '../../catalogue/shown-name.ts'
import { readMailToken } from '../../crypto/mail-proof.ts'
import type { Deps } from '../../deps.ts'
import { FormBinding, readOwnForm } from '../../http/csrf.ts'
import type { Pages } from '../../http/page-routes.ts'
import { deleteOwnAccount, keepAccount } from '../../identity/deletion.ts'
import { languageOf, textsFor } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { MAIL_PURPOSES } from '../../store/mail-purpose.ts'
import { listAccess } from '../../store/queries/access.ts'
import { canKeep } from '../../store/queries/leaving.ts'
import { listSolelyOwned } from '../../store/tables/application-members.ts'
import { listAdministrators } from '../../store/tables/person-roles.ts'
import { PATHS } from '../paths.ts'
import type { AccountRoutes } from '../route.ts'
import { ABOUT_DELETION, DELETED } from './paths.ts'
import {
  aboutDeletionPage,
  deletedPage,
  deletePage,
  keepPage,
  keptPage,
  lastAdministratorPage,
  nothingToKeepPage,
} from './view.ts'

export function deleteRoutes({ db, cookies, mailer }: Deps): AccountRoutes {
  return {
    [PATHS.delete]: {
      needs: 'recent',
      async GET(request, reply, me) {
        const { personId, email } = me.session
        const administrators = await listAdministrators(db)
        if (administrators.length === 1 && administrators.includes(personId))
          return sendPage(reply, lastAdministratorPage(me))
        const [access, owned] = await Promise.all([listAccess(db, { personId }), listSolelyOwned(db, personId)])
        const named = access.map((each) => withShownName(each, textsFor(request)))
        return sendPage(
          reply,
          deletePage(me, { access: named, owned, isMailed: mailer !== undefined && email !== null }),
        )
      },
      async POST(request, reply, me) {
        const person = { personId: me.session.personId, language: languageOf(request) }
        const deleted = await deleteOwnAccount(me.db, person, ofRequest(request))
        if (deleted === 'last administrator') return sendPage(reply.code(409), lastAdministratorPage(me))
        cookies.clearSession(reply)
        return reply.redirect(DELETED, 303)
      },
    },
  }
}

const PAGE = 'keep-account'

/** What nobody has to be signed in for. */
export function publicDeletePages({ db, config, mailer }: Deps): Pages {
  const { cookieSecrets } = config
  const isMailed = mailer !== undefined
  const tokenOf = (request: FastifyRequest) => request.url.split('?')[0]?.split('/').at(-1) ?? ''
  // The token in the address is what counts. The form is bound to it: who does not know it has no form to send.
  const bindingTo = (token: string) =>
    FormBinding.to(cookieSecrets, token, { page: PAGE, path: MAIL_PURPOSES['keep-account'].page, leadsTo: [] })

  return {
    [ABOUT_DELETION]: { GET: (_request, reply) => sendPage(reply, aboutDeletionPage({ isMailed })) },
    [DELETED]: { GET: (_request, reply) => sendPage(reply, deletedPage({ isMailed })) },
    [`${MAIL_PURPOSES['keep-account'].page}/:token`]: {
      async GET(request, reply) {
        const token = tokenOf(request)
        const id = readMailToken(cookieSecrets, token)
        if (id === undefined || !(await canKeep(db, id))) return sendPage(reply.code(404), nothingToKeepPage)
        return sendPage(reply, keepPage({ binding: bindingTo(token), action: token }))
      },
      async POST(request, reply) {
        const token = tokenOf(request)
        const id = readMailToken(cookieSecrets, token)
        if (id === undefined) return sendPage(reply.code(404), nothingToKeepPage)
        readOwnForm(request, config, { secrets: [token], page: PAGE, refusal: 'foreign_or_old_form' })
        const isKept = await keepAccount(db, id, ofRequest(request))
        return isKept ? sendPage(reply, keptPage) : sendPage(reply.code(404), nothingToKeepPage)
      },
    },
  }
}
