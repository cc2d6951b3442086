// GET /: on a developer's machine what runs and how to go on; anywhere else whose server this is, and the way to one's account.
import type { Deps } from '../deps.ts'
import type { Pages } from '../http/page-routes.ts'
import { ACCOUNT_PATH, PORTAL_PATH } from '../interaction/paths.ts'
import { operatorNameOf } from '../pages/operator.ts'
import { sendPage } from '../pages/send-page.ts'
import { lastRefusals } from '../store/queries/listed-refusals.ts'
import { developmentPage } from './development-view.ts'
import { publicPage } from './public-view.ts'
import { KEPT_REFUSALS, type Refusals } from './refusals.ts'
import { stackState } from './stack-state.ts'
import { isOnThisMachine } from './this-machine.ts'
import { demoTrialPages } from './try.ts'

export function landingPages(deps: Deps, refusals: Refusals): Pages {
  const { config, db } = deps
  const { issuer, development, developmentStack, mailUrl } = config
  const people = publicPage({ operator: operatorNameOf(config), account: ACCOUNT_PATH, portal: PORTAL_PATH })
  const stack = development ? developmentStack : undefined
  return {
    ...(stack && demoTrialPages(deps, stack)),
    '/': {
      async GET(request, reply) {
        if (!stack || !isOnThisMachine(request, issuer)) return sendPage(reply, people)
        const [state, calls] = await Promise.all([
          stackState(stack, db),
          lastRefusals(db, KEPT_REFUSALS).catch(() => []),
        ])
        const mailFolder = mailUrl?.kind === 'folder' ? mailUrl.folder : undefined
        const now = new Date()
        return sendPage(
          reply,
          developmentPage({ issuer, stack, state, mailFolder, refusals: refusals.list(), calls, now }),
        )
      },
    },
  }
}
