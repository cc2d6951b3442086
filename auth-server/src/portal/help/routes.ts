// Help: what to write into an app, by platform, with the values of an application of the person where one is chosen.
import type { Deps } from '../../deps.ts'
import { Parameters } from '../../http/parameters.ts'
import { sendPage } from '../../pages/send-page.ts'
import { chooseAppPage } from '../choose-app.ts'
import { chosenApp, ownApps } from '../chosen-app.ts'
import { PATHS } from '../paths.ts'
import type { PortalRoutes } from '../route.ts'
import { isHelpPlatform } from './platforms.ts'
import { helpPage } from './view.ts'

export function helpRoutes({ config }: Deps): PortalRoutes {
  return {
    [PATHS.help]: {
      needs: 'developer',
      async GET(request, reply, me) {
        const parameters = Parameters.ofUrl(request.raw.url ?? '')
        const asked = parameters.get('platform') ?? ''
        const platform = isHelpPlatform(asked) ? asked : 'ios'
        const chosen = await chosenApp(me, parameters)
        return sendPage(reply, helpPage(me, { issuer: config.issuer, platform, chosen }))
      },
    },
    [PATHS.helpApps]: {
      needs: 'developer',
      GET: async (_request, reply, me) => sendPage(reply, chooseAppPage(me, 'help', await ownApps(me))),
    },
  }
}
