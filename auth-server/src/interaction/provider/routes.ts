// The form on the sign-in page that leads to a provider.
import type { Deps } from '../../deps.ts'
import { pathParameter } from '../../http/request-path.ts'
import { LOGIN, stepPath } from '../paths.ts'
import type { VisitFlow, VisitPages } from '../visit.ts'
import { asksAnew, beginAtProvider } from './begin.ts'
import { PROVIDER } from './paths.ts'

export function providerForms(deps: Deps, visits: VisitFlow): VisitPages {
  return {
    [`${PROVIDER}/:provider`]: {
      async POST(request, reply) {
        const visit = await visits.open(request, reply)
        if (!visit) return reply
        const { pending, secret } = visit
        const provider = deps.providers.find(pathParameter(request, 'provider') ?? '')
        // One that was there when the page was made, and is configured no more.
        if (!provider) return visits.resume(reply, pending)
        return beginAtProvider(deps, request, reply, provider, {
          requestId: pending.id,
          secret,
          isFresh: asksAnew(pending),
          back: stepPath(LOGIN, pending.id),
        })
      },
    },
  }
}
