// The form on the sign-in page that leads to a provider.
import type { Deps } from '../../deps.ts'
import { pathParameter } from '../../http/request-path.ts'
import { waysOf } from '../../identity/federation/offered.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { beginAtProvider, signingIn } from './begin.ts'
import { PROVIDER } from './paths.ts'
import { providerFailedPage } from './view.ts'

export function providerForms(deps: Deps, visits: VisitFlow): VisitPages {
  return {
    [`${PROVIDER}/:provider`]: {
      async POST(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        const { pending } = visit
        const provider = deps.providers.find(pathParameter(request, 'provider') ?? '')
        // One that was there when the page was made, and is configured no more.
        if (!provider) return visits.resume(reply, pending)
        const start = signingIn(visit)
        if (!waysOf(deps.providers, pending).providers.includes(provider))
          return sendPage(reply.code(403), providerFailedPage('notOffered', provider.label, start.back))
        return beginAtProvider(deps, request, reply, provider, start)
      },
    },
  }
}
