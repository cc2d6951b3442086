// Activity: what happened to the account, and what to do about what the person has not done.
import type { Deps } from '../../deps.ts'
import { Parameters } from '../../http/parameters.ts'
import { sendPage } from '../../pages/send-page.ts'
import { listOwnEvents } from '../../store/tables/audit-events.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { AccountRoutes } from '../route.ts'
import { signOutElsewhere } from '../sign-out-elsewhere.ts'
import { activityPage, notMePage } from './view.ts'

const PAGE_SIZE = 20
const SEQ = /^\d{1,18}$/

export function activityRoutes({ db }: Deps): AccountRoutes {
  return {
    [PATHS.activity]: {
      needs: 'session',
      async GET(request, reply, me) {
        const asked = Parameters.ofUrl(request.raw.url ?? '').get('before') ?? ''
        const before = SEQ.test(asked) ? asked : undefined
        const { personId } = me.session
        // One more than is shown tells whether there is a next page.
        const events = await listOwnEvents(db, { personId, before, limit: PAGE_SIZE + 1 })
        return sendPage(reply, activityPage(me, events.slice(0, PAGE_SIZE), { hasMore: events.length > PAGE_SIZE }))
      },
    },
    [PATHS.notMe]: {
      needs: 'session',
      GET: (_request, reply, me) => sendPage(reply, notMePage(me)),
      async POST(request, reply, me) {
        await signOutElsewhere(me, request)
        return me.backTo(reply, hrefOf(PATHS.password, {}), 'signedOutElsewhere')
      },
    },
  }
}
