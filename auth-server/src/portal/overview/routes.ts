// GET /portal.
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import type { PortalRoutes } from '../route.ts'
import { becomePage, overviewPage } from './view.ts'

export function overviewRoutes(): PortalRoutes {
  return {
    [PATHS.overview]: {
      needs: 'anybody',
      GET: (_request, reply, me) => sendPage(reply, me.session.roles.length > 0 ? overviewPage(me) : becomePage(me)),
    },
  }
}
