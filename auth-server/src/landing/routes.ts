// GET /: on a developer's machine what runs and how to go on; anywhere else whose server this is, and the way to one's account.
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import type { Pages } from '../http/page-routes.ts'
import { ACCOUNT_PATH } from '../interaction/paths.ts'
import { operatorNameOf } from '../pages/operator.ts'
import { sendPage } from '../pages/send-page.ts'
import { developmentPage } from './development-view.ts'
import { publicPage } from './public-view.ts'
import type { Refusals } from './refusals.ts'
import { stackState } from './stack-state.ts'

export function landingPages({ config, db }: Deps, refusals: Refusals): Pages {
  const { issuer, development, developmentStack, mailUrl } = config
  const people = publicPage({ operator: operatorNameOf(config), account: ACCOUNT_PATH })
  const stack = development ? developmentStack : undefined
  return {
    '/': {
      async GET(request, reply) {
        if (!stack || !isOnThisMachine(request, issuer)) return sendPage(reply, people)
        const state = await stackState(stack, db)
        const mailFolder = mailUrl?.kind === 'folder' ? mailUrl.folder : undefined
        const now = new Date()
        return sendPage(reply, developmentPage({ issuer, stack, state, mailFolder, refusals: refusals.list(), now }))
      },
    },
  }
}

/** Not by a tunnel, and not by a name that somebody else's DNS leads here: those pages could read what ours says. */
function isOnThisMachine({ host, headers }: FastifyRequest, issuer: string): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via'].some((name) => name in headers)
  return host === new URL(issuer).host && !isForwarded
}
