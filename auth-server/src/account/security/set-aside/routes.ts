// What "that wasn't me" has set aside: brought back by who has shown something older, or removed for good.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../../../audit/context.ts'
import { type KnownSecrets, keyedIds } from '../../../crypto/secrets.ts'
import type { Deps } from '../../../deps.ts'
import { pathParameter } from '../../../http/request-path.ts'
import { MFA_ACR } from '../../../identity/acr.ts'
import { bringBack, forget } from '../../../identity/set-aside.ts'
import { beginAccountVisit } from '../../../interaction/account-visit.ts'
import { sendPage } from '../../../pages/send-page.ts'
import { listSetAside, type SetAside } from '../../../store/queries/set-aside.ts'
import { hrefOf, PATHS } from '../../paths.ts'
import { notFoundPage } from '../../problem.ts'
import type { AccountRoutes, SignedIn } from '../../route.ts'
import { forgetPage, setAsidePage, thingPage } from './view.ts'

/** How a thing is called in the addresses of pages, which logs and histories keep; by each secret. */
export function thingIds(cookieSecrets: KnownSecrets, { id }: Pick<SetAside, 'id'>) {
  // With a key: of an address the id is the address, and who has a list of them must not find it in a log.
  return keyedIds(cookieSecrets, 'set aside', id)
}

export function setAsideRoutes(deps: Deps): AccountRoutes {
  const { db, config } = deps
  const idOf = (thing: SetAside) => thingIds(config.cookieSecrets, thing)[0]
  const listHref = hrefOf(PATHS.setAside, {})
  const whoseOf = ({ session }: SignedIn) => ({ personId: session.personId, sessionId: session.id })
  const find = async (me: SignedIn, request: FastifyRequest) => {
    const id = pathParameter(request, 'thing') ?? ''
    return (await listSetAside(db, whoseOf(me))).find((thing) => thingIds(config.cookieSecrets, thing).includes(id))
  }

  return {
    [PATHS.setAside]: {
      needs: 'recent',
      GET: async (_request, reply, me) => sendPage(reply, setAsidePage(me, await listSetAside(db, whoseOf(me)), idOf)),
    },
    [PATHS.setAsideThing]: {
      needs: 'recent',
      async GET(request, reply, me) {
        const found = await find(me, request)
        return found ? sendPage(reply, thingPage(me, found, idOf(found))) : notFoundPage(reply, me, 'security')
      },
      async POST(request, reply, me) {
        const found = await find(me, request)
        if (!found) return notFoundPage(reply, me, 'security')
        const isBack = await bringBack(me.db, whoseOf(me), found, ofRequest(request))
        if (isBack) return me.backTo(reply, listHref, 'broughtBack')
        const now = await find(me, request)
        return now
          ? sendPage(reply.code(403), thingPage(me, { ...now, canReturn: false }, idOf(now)))
          : notFoundPage(reply, me, 'security')
      },
    },
    [PATHS.setAsideProve]: {
      needs: 'recent',
      on: listHref,
      async POST(request, reply, me) {
        const found = await find(me, request)
        if (!found) return notFoundPage(reply, me, 'security')
        const returnTo = hrefOf(PATHS.setAsideThing, { thing: idOf(found) })
        return beginAccountVisit(deps, request, reply, { returnTo, maxAgeSeconds: 0, acr: MFA_ACR })
      },
    },
    [PATHS.setAsideRemove]: {
      needs: 'recent',
      async GET(request, reply, me) {
        const found = await find(me, request)
        return found ? sendPage(reply, forgetPage(me, found, idOf(found))) : notFoundPage(reply, me, 'security')
      },
      async POST(request, reply, me) {
        const found = await find(me, request)
        // Whoever presses twice has what they wanted.
        const isGone = found !== undefined && (await forget(me.db, me.session.personId, found, ofRequest(request)))
        return me.backTo(reply, listHref, isGone ? 'setAsideRemoved' : undefined)
      },
    },
  }
}
