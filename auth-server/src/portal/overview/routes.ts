// GET /portal, and the form by which somebody becomes a developer, where everybody may.
import { ofRequest } from '../../audit/context.ts'
import type { Deps } from '../../deps.ts'
import { becomeDeveloper, mayBecomeDeveloper } from '../../identity/developers.ts'
import { sendPage } from '../../pages/send-page.ts'
import { allItems } from '../apis/all-items.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { becomePage, type OwnWork, overviewPage } from './view.ts'

export function overviewRoutes({ db }: Deps): PortalRoutes {
  return {
    [PATHS.overview]: {
      needs: 'anybody',
      async GET(_request, reply, me) {
        if (me.session.roles.includes('developer')) return sendPage(reply, overviewPage(me, await ownWork(me)))
        if (me.session.roles.length > 0) return sendPage(reply, overviewPage(me))
        return sendPage(reply, becomePage(me, { isOpen: await mayBecomeDeveloper(db) }))
      },
    },
    [PATHS.become]: {
      needs: 'anybody',
      on: PATHS.overview,
      async POST(request, reply, me) {
        const isDone = await becomeDeveloper(db, me.session.personId, ofRequest(request))
        if (isDone || me.session.roles.includes('developer'))
          return me.backTo(reply, hrefOf(PATHS.overview, {}), isDone ? 'becameDeveloper' : undefined)
        return sendPage(reply.code(403), becomePage(me, { isOpen: await mayBecomeDeveloper(db) }))
      },
    },
  }
}

async function ownWork(me: PortalPerson): Promise<OwnWork> {
  const applications = await allItems(async (cursor) => {
    const query = { limit: 100, ...(cursor !== undefined && { cursor }) }
    return (await me.ask('applications.list', { query })).body
  })
  if (applications.length === 0) return { applications, subscriptions: [] }
  const subscriptions = await allItems(async (cursor) => {
    const query = { limit: 100, ...(cursor !== undefined && { cursor }) }
    return (await me.ask('subscriptions.list', { query })).body
  })
  return { applications, subscriptions }
}
