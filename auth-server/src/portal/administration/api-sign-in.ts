// The ways to sign in of each API, for administrators: a list of APIs, and a page of one with the form that changes it.
import type { Deps } from '../../deps.ts'
import { HttpProblem } from '../../http/problem.ts'
import { offeredWays } from '../../identity/federation/offered.ts'
import { showSignIn } from '../../management/sign-in-offer.ts'
import { note } from '../../pages/components/notice.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { SignInOffer } from '../../store/tables/apis.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { type OfferProblem, offerIn, problemOf, waysFor } from '../ways/offer.ts'
import { offeredList, offerForm, offerInWords, offerNotice } from '../ways/view.ts'
import { type Api, apiOf, ordinaryApis } from './one-api.ts'
import { administrationPage } from './page.ts'

export function apiSignInRoutes({ providers }: Deps): PortalRoutes {
  return {
    [PATHS.waysToSignIn]: {
      needs: 'administrator',
      async GET(_request, reply, me) {
        return sendPage(reply, apisPage(me, await ordinaryApis(me)))
      },
    },
    [PATHS.waysOfApi]: {
      needs: 'administrator',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const { body: api, etag } = await apiOf(request, me)
        return sendPage(reply, apiPage(me, { api, etag, offer: api.sign_in }))
      },
      async POST(request, reply, me) {
        const { body: api, etag } = await apiOf(request, me)
        const offer = offerIn(me.form, waysFor(providers, api.sign_in))
        const asked = { params: { id: api.id }, body: changed(api, offer), ifMatch: me.form.get('etag') ?? '' }
        const done = problemOf(offer) ?? (await me.attempt('apis.update', asked))
        if (typeof done === 'object' && !(done instanceof HttpProblem))
          return me.backTo(reply, PATHS.waysToSignIn, 'applicationChanged')
        return sendPage(
          reply.code(typeof done === 'string' ? 400 : done.status),
          apiPage(me, { api, etag, offer, problem: done }),
        )
      },
    },
  }

  function apisPage(me: PortalPerson, apis: readonly Api[]): Page {
    return administrationPage(me, (texts) => {
      const { portalWays, administration } = texts
      const entries = apis.map(({ id, name, sign_in: offer }) => ({
        title: name,
        href: hrefOf(PATHS.waysOfApi, { api: id }),
        detail: offerInWords(offer, waysFor(providers, offer), portalWays.every, texts),
      }))
      const content = html`<p>${portalWays.leadOfApi}</p>\n${entries.length > 0 ? rows(entries) : emptyState(administration.none)}`
      return { heading: portalWays.title, content }
    })
  }

  function apiPage(me: PortalPerson, { api, etag, offer, problem }: Shown): Page {
    return administrationPage(me, (texts) => {
      const { portalWays, administration } = texts
      const action = actionOf(PATHS.waysOfApi, { api: api.id })
      const fields = {
        binding: me.binding,
        action,
        etag,
        ways: waysFor(providers, api.sign_in),
        offer,
        every: portalWays.every,
      }
      const content = html`<h2>${portalWays.atApi(api.name)}</h2>
${offeredList(offeredWays(providers, { api: api.sign_in, application: null }), texts)}
<p>${portalWays.narrowed}</p>
<h2>${portalWays.change}</h2>
${api.managed_by === 'file' ? note(administration.ofFile('catalogue.yml')) : offerForm(fields, texts)}`
      const back = { label: portalWays.title, href: hrefOf(PATHS.waysToSignIn, {}) }
      return { heading: api.name, back, content, problem: problem && offerNotice(problem, texts) }
    })
  }
}

interface Shown {
  readonly api: Api
  readonly etag: string
  readonly offer: SignInOffer | null
  readonly problem?: HttpProblem | OfferProblem
}

/** The whole definition, with another choice: what is not named would be taken away. */
function changed(api: Api, offer: SignInOffer | null) {
  const { name, description, resource, scopes, plans, token_groups, guest_plan, events_uri, sign_up, registration } =
    api
  const { plan_descriptions } = api
  const kept = {
    name,
    description,
    resource,
    scopes,
    plans,
    plan_descriptions,
    token_groups,
    guest_plan,
    events_uri,
    sign_up,
    registration,
  }
  return { ...kept, offer: api.offer, sign_in: showSignIn(offer) }
}
