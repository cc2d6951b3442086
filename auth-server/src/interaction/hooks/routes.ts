// The step of a visit that a hook refuses: a page that says so, with the ways out.
import type { Deps } from '../../deps.ts'
import { languageOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { sentenceIn } from '../../tokens/ask-hooks.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { refusedSignInPage } from './view.ts'

export function hookPages(_deps: Deps, visits: VisitFlow): VisitPages {
  return {
    hooks: {
      async GET(request, reply) {
        const visit = await visits.openStep(request, reply, 'hooks')
        if (!visit) return reply
        const sentences = visit.pending.steps.hooks?.refused ?? {}
        return sendPage(reply.code(403), refusedSignInPage(visit, sentenceIn(languageOf(request), sentences)))
      },
    },
  }
}
