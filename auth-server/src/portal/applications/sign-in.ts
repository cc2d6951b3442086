// The ways to sign in that an application leaves of those of its APIs: what people see at each API, and the form that changes it.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { Deps } from '../../deps.ts'
import { HttpProblem } from '../../http/problem.ts'
import { offeredWays } from '../../identity/federation/offered.ts'
import { showSignIn } from '../../management/sign-in-offer.ts'
import { note } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { SignInOffer } from '../../store/tables/apis.ts'
import { listedApis } from '../apis/routes.ts'
import { actionOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { type OfferProblem, offerIn, problemOf, waysFor } from '../ways/offer.ts'
import { offeredList, offerForm, offerNotice } from '../ways/view.ts'
import { type Application, applicationHref, askOne } from './one.ts'

export function applicationSignInRoutes({ providers }: Deps): PortalRoutes {
  return {
    [PATHS.applicationSignIn]: {
      needs: 'developer',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const { body: application, etag } = await askOne(request, me)
        const apis = await apisOf(me, application)
        return sendPage(reply, page(me, { application, etag, apis, offer: application.sign_in }))
      },
      async POST(request, reply, me) {
        const { body: application, etag } = await askOne(request, me)
        const offer = offerIn(me.form, waysFor(providers, application.sign_in))
        const params = { client_id: application.client_id }
        const ifMatch = me.form.get('etag') ?? ''
        const done =
          problemOf(offer) ??
          (await me.attempt('applications.update', { params, body: { sign_in: showSignIn(offer) }, ifMatch }))
        if (typeof done === 'object' && !(done instanceof HttpProblem))
          return me.backTo(reply, applicationHref(application), 'applicationChanged')
        const shown = { application, etag, apis: await apisOf(me, application), offer, problem: done }
        return sendPage(reply.code(typeof done === 'string' ? 400 : done.status), page(me, shown))
      },
    },
  }

  function page({ frame, binding }: PortalPerson, { application, etag, apis, offer, problem }: Shown): Page {
    const { client_id: client, managed_by: managedBy } = application
    return (texts) => {
      const { portalWays, portalApplications } = texts
      const action = actionOf(PATHS.applicationSignIn, { application: client })
      const fields = {
        binding,
        action,
        etag,
        ways: waysFor(providers, application.sign_in),
        offer,
        every: portalWays.everyOfApis,
      }
      const content = html`<p>${portalWays.leadOfApplication}</p>
${apis.map(
  ({ name, sign_in: api }) => html`<h2>${portalWays.atApi(name)}</h2>
${offeredList(offeredWays(providers, { api, application: application.sign_in }), texts)}
`,
)}<h2>${portalWays.change}</h2>
${managedBy === 'file' ? note(portalApplications.byFile) : offerForm(fields, texts)}`
      const back = { label: application.name, href: applicationHref(application) }
      const notice = problem && offerNotice(problem, texts)
      return portalPage({ frame, heading: portalWays.title, back, notice, content }, texts)
    }
  }
}

interface Shown {
  readonly application: Application
  readonly etag: string
  readonly apis: readonly OperationAnswer<'apis.get'>[]
  readonly offer: SignInOffer | null
  readonly problem?: HttpProblem | OfferProblem
}

/** Those that it is subscribed to, as far as the person is told of them. */
async function apisOf(me: PortalPerson, { client_id }: Application): Promise<readonly OperationAnswer<'apis.get'>[]> {
  const { body } = await me.ask('subscriptions.list', { query: { client_id, limit: 100 } })
  const ids = new Set(body.items.map(({ api_id }) => api_id))
  return (await listedApis(me)).filter(({ id }) => ids.has(id))
}
