// The link in a mail that adds an address to an account: a page that asks, and the form that adds it, in whichever browser.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { readMailToken } from '../../crypto/mail-proof.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import { FormBinding, readOwnForm } from '../../http/csrf.ts'
import type { Pages } from '../../http/page-routes.ts'
import { pathParameter } from '../../http/request-path.ts'
import { addAddress } from '../../identity/add-address.ts'
import { sendPage } from '../../pages/send-page.ts'
import { MAIL_PURPOSES } from '../../store/mail-purpose.ts'
import { findAddressLink } from '../../store/queries/add-address.ts'
import { linkEndedPage } from '../mail-proof/link-view.ts'
import { ADD, addressAddedPage, addressLinkPage } from './view.ts'

const { page: PAGE } = MAIL_PURPOSES.address
const LINK_PATH = `${PAGE}/:token`

/** Outside of any visit: whoever reads the mail has the address, and whoever asked for it had just signed in. */
export function addressLinkPages({ db, config, cookies }: Deps): Pages {
  const { cookieSecrets } = config
  const ended = (reply: FastifyReply) => sendPage(reply.code(410), linkEndedPage)
  const idOf = (request: FastifyRequest) => readMailToken(cookieSecrets, pathParameter(request, 'token') ?? '')
  return {
    [LINK_PATH]: {
      // Mail scanners open it as well, so it changes nothing.
      async GET(request, reply) {
        const id = idOf(request)
        const link = id === undefined ? undefined : await findAddressLink(db, id)
        if (id === undefined || !link) return ended(reply)
        const [known] = cookies.secretsOf(request, id)
        const secret = known ?? randomSecret()
        if (known === undefined) cookies.beginVisit(reply, { id, secret })
        const path = `${PAGE}/${pathParameter(request, 'token')}`
        const binding = FormBinding.to(cookieSecrets, secret, { page: id, path, leadsTo: [] })
        return sendPage(reply, addressLinkPage(binding, link))
      },
    },
    [`${LINK_PATH}/${ADD}`]: {
      async POST(request, reply) {
        const id = idOf(request)
        if (id === undefined) return ended(reply)
        readOwnForm(request, config, { secrets: cookies.secretsOf(request, id), page: id })
        const link = await findAddressLink(db, id)
        if (!link || (await addAddress(db, id, ofRequest(request))) !== 'added') return ended(reply)
        cookies.endVisit(reply, id)
        return sendPage(reply, addressAddedPage(link))
      },
    },
  }
}
