// The link of an invitation to an application: what it says, to whoever has the address that it went to; its form accepts.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { withShownName } from '../../catalogue/shown-name.ts'
import { joinTeam } from '../../catalogue/team.ts'
import { readMailToken } from '../../crypto/mail-proof.ts'
import type { Deps } from '../../deps.ts'
import { pathParameter } from '../../http/request-path.ts'
import { textsFor } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { findOpenInvitation, type Opening } from '../../store/queries/application-people.ts'
import { PATHS } from '../paths.ts'
import type { AccountRoutes, SignedIn } from '../route.ts'
import { joinedPage, joinPage, overPage } from './view.ts'

export function joinRoutes({ db, config }: Deps): AccountRoutes {
  const tokenOf = (request: FastifyRequest) => pathParameter(request, 'token') ?? ''
  const openingOf = (request: FastifyRequest, { session }: SignedIn): Opening | undefined => {
    const challengeId = readMailToken(config.cookieSecrets, tokenOf(request))
    return challengeId === undefined ? undefined : { challengeId, personId: session.personId }
  }

  return {
    [PATHS.join]: {
      needs: 'session',
      async GET(request, reply, me) {
        const opening = openingOf(request, me)
        const invitation = opening && (await findOpenInvitation(db, opening))
        return invitation
          ? sendPage(reply, joinPage(me, withShownName(invitation, textsFor(request)), tokenOf(request)))
          : sendPage(reply.code(404), overPage(me))
      },
      async POST(request, reply, me) {
        const opening = openingOf(request, me)
        const joined =
          opening && (await me.db.transaction().execute((trx) => joinTeam(trx, opening, ofRequest(request))))
        return joined
          ? sendPage(reply, joinedPage(me, withShownName(joined, textsFor(request))))
          : sendPage(reply.code(404), overPage(me))
      },
    },
  }
}
