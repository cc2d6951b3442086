// The first administrator: the operator's link, which leads to a page of whoever signs in, and the form there that uses it up.
import { ofRequest } from '../../audit/context.ts'
import type { Deps } from '../../deps.ts'
import type { Pages } from '../../http/page-routes.ts'
import { pathParameter } from '../../http/request-path.ts'
import {
  becomeFirstAdministrator,
  judgeSetupLink,
  SETUP_MINUTES,
  SETUP_PATH,
  type SetupRefusal,
} from '../../identity/administrators.ts'
import { Actor } from '../../identity/roles.ts'
import { currentSession } from '../../interaction/session.ts'
import { sendPage } from '../../pages/send-page.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { AccountRoutes } from '../route.ts'
import { administratorPage, becomePage, beforeSignInPage, refusedPage, refusedSetupPage } from './view.ts'

const STATUS = { 'link over': 410, 'administrator exists': 409 } as const satisfies Record<SetupRefusal, number>

export function setupRoutes({ db, cookies }: Deps): AccountRoutes {
  return {
    [PATHS.setup]: {
      needs: 'recent',
      async GET(request, reply, me) {
        const actor = await Actor.prove(db, me.session, { role: 'administrator' }, ofRequest(request))
        if (actor !== 'no such role')
          return sendPage(reply, administratorPage(me, typeof actor === 'string' ? actor : undefined))
        const judged = await judgeSetupLink(db, cookies.setup(request))
        if (judged === 'open') return sendPage(reply, becomePage(me))
        return sendPage(reply.code(STATUS[judged]), refusedPage(me, judged))
      },
      async POST(request, reply, me) {
        const link = { personId: me.session.personId, token: cookies.setup(request) }
        const outcome = await becomeFirstAdministrator(me.db, link, ofRequest(request))
        if (outcome !== 'done') return sendPage(reply.code(STATUS[outcome]), refusedPage(me, outcome))
        cookies.clearSetup(reply)
        return reply.redirect(hrefOf(PATHS.setup, {}), 303)
      },
    },
  }
}

/** The link itself. It changes nothing: its token goes from the address into a cookie, and waits there for a sign-in, of which a page says what it is for. */
export function publicSetupPages(deps: Deps): Pages {
  const { db, cookies } = deps
  return {
    [`${SETUP_PATH}/:token`]: {
      async GET(request, reply) {
        const token = pathParameter(request, 'token') ?? ''
        const judged = await judgeSetupLink(db, token)
        if (judged !== 'open') return sendPage(reply.code(STATUS[judged]), refusedSetupPage(judged))
        cookies.setSetup(reply, token, SETUP_MINUTES * 60)
        // Whoever is signed in is asked by name; anybody else is told first what signing in is for.
        const isSignedIn = (await currentSession(deps, request)) !== undefined
        return reply.redirect(isSignedIn ? hrefOf(PATHS.setup, {}) : SETUP_PATH, 303)
      },
    },
    [SETUP_PATH]: {
      async GET(request, reply) {
        const judged = await judgeSetupLink(db, cookies.setup(request))
        return judged === 'open'
          ? sendPage(reply, beforeSignInPage)
          : sendPage(reply.code(STATUS[judged]), refusedSetupPage(judged))
      },
    },
  }
}
