// The pages of identity providers: GET /portal/administration/providers, and one of them.
import { HttpProblem } from '../../http/problem.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { idsOf } from './asked.ts'
import { providerPage, providersPage, type ShownProvider } from './provider-view.ts'

export const PROVIDER_ROUTES: PortalRoutes = {
  [PATHS.providers]: {
    needs: 'administrator',
    async GET(_request, reply, me) {
      return sendPage(reply, providersPage(me, (await me.ask('providers.list')).body.items))
    },
  },
  [PATHS.provider]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      return sendPage(reply, providerPage(me, await providerOf(me, idsOf(request).get('provider') ?? '')))
    },
  },
}

/** @throws {HttpProblem} 404 */
async function providerOf(me: PortalPerson, name: string): Promise<ShownProvider> {
  const { body } = await me.ask('providers.list')
  const found = body.items.find((provider) => provider.name === name)
  if (!found) throw new HttpProblem('not_found', 'no such provider is configured', { status: 404 })
  return found
}
