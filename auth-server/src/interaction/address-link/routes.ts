// The link in a mail that adds an address to an account, or confirms one of it: a page that asks, and the form that does it, where that account is signed in.
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
import { type AddressLink, findAddressLink } from '../../store/queries/add-address.ts'
import { linkEndedPage } from '../mail-proof/link-view.ts'
import { currentSession } from '../session.ts'
import { ADD, addressAddedPage, addressElsewherePage, addressLinkPage } from './view.ts'

const { page: PAGE } = MAIL_PURPOSES.address
const LINK_PATH = `${PAGE}/:token`

/**
 * Outside of any visit. Whoever reads the mail has the address; only who is signed in to the account that asked has both. Anybody
 * can ask for anybody's address: without that, its owner would put it into an account with a stranger's credentials.
 */
export function addressLinkPages(deps: Deps): Pages {
  const { db, config, cookies } = deps
  const { cookieSecrets } = config
  const ended = (reply: FastifyReply) => sendPage(reply.code(410), linkEndedPage)
  const sessionOf = async (request: FastifyRequest, { personId }: AddressLink) => {
    const session = await currentSession(deps, request)
    return session?.personId === personId ? session : undefined
  }
  const idOf = (request: FastifyRequest) => readMailToken(cookieSecrets, pathParameter(request, 'token') ?? '')
  return {
    [LINK_PATH]: {
      // Mail scanners open it as well, so it changes nothing.
      async GET(request, reply) {
        const id = idOf(request)
        const link = id === undefined ? undefined : await findAddressLink(db, id)
        if (id === undefined || !link) return ended(reply)
        if (!(await sessionOf(request, link))) return sendPage(reply, addressElsewherePage(link))
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
        if (!link) return ended(reply)
        const session = await sessionOf(request, link)
        if (!session) return sendPage(reply.code(403), addressElsewherePage(link))
        const outcome = await addAddress(db, { challengeId: id, sessionId: session.id }, ofRequest(request))
        if (outcome !== 'added' && outcome !== 'confirmed') return ended(reply)
        cookies.endVisit(reply, id)
        return sendPage(reply, addressAddedPage(link))
      },
    },
  }
}
