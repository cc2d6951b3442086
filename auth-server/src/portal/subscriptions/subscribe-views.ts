// The pages of subscribing: a plan, an app, and the review that says what happens next.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { lacksRedirectUri } from '../../catalogue/wanted-redirect.ts'
import type { HttpProblem } from '../../http/problem.ts'
import { actionLink, button, linkButton } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import { steps } from '../../pages/components/steps.ts'
import { summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { type ListedPlanOf, planInWords } from '../apis/limits.ts'
import { apiRow, type ShownApi } from '../apis/views.ts'
import { searchApps } from '../applications/search.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import type { ShownSubscription } from './one-view.ts'

export type ShownApplication = OperationAnswer<'applications.get'>

type Step = 'plan' | 'application' | 'review' | 'sent'

export function stepsAt(step: Step, { portalApis: { steps: words } }: Texts): Html {
  return steps(words.label, [words.plan, words.application, words.review, words.sent], words[step])
}

/** @param application whose page the journey began at */
export function planPage(
  { frame }: PortalPerson,
  api: ShownApi,
  plans: readonly ListedPlanOf[],
  application: ShownApplication | undefined,
): Page {
  return (texts) => {
    const hrefTo = (plan: string) =>
      application
        ? hrefOf(PATHS.subscribeReview, { api: api.id, plan, client: application.client_id })
        : hrefOf(PATHS.subscribePlan, { api: api.id, plan })
    const entries = plans.map((plan) => ({
      title: plan.name,
      href: hrefTo(plan.name),
      detail: planInWords(plan, api, texts),
    }))
    const content = html`${stepsAt('plan', texts)}\n${rows(entries)}`
    const back = { label: api.name, href: hrefOf(PATHS.api, { api: api.id }) }
    return portalPage({ frame, heading: texts.portalApis.choosePlan(api.name), back, content }, texts)
  }
}

/** For an application whose page the journey began at. */
export function chooseApiPage(
  { frame, news }: PortalPerson,
  application: ShownApplication,
  apis: readonly ShownApi[],
  plans: readonly ListedPlanOf[],
): Page {
  return (texts) => {
    const app = new URLSearchParams({ app: application.client_id })
    const entries = apis.map((api) => apiRow(api, plans, `${hrefOf(PATHS.subscribe, { api: api.id })}?${app}`, texts))
    const { none, one, chooseApi } = texts.portalApis
    const content = html`<p>${one.clientId}: <code translate="no">${application.client_id}</code></p>
${addressWanted(application, texts) ?? (entries.length > 0 ? rows(entries) : emptyState(none))}`
    const href = hrefOf(PATHS.application, { application: application.client_id })
    const back = { label: application.name, href }
    return portalPage({ frame, heading: chooseApi(application.name), back, notice: news(texts), content }, texts)
  }
}

export interface ChosenPlan {
  readonly api: ShownApi
  readonly plan: string
}

/** A part of somebody's applications, and which of them have a subscription. */
interface Choosable {
  readonly items: readonly ShownApplication[]
  readonly next: string | null
  readonly subscribed: readonly ShownSubscription[]
  /** What was searched. */
  readonly asked: string | undefined
}

export function applicationPage(
  { frame }: PortalPerson,
  { api, plan }: ChosenPlan,
  { items, next, subscribed, asked }: Choosable,
): Page {
  const path = hrefOf(PATHS.subscribePlan, { api: api.id, plan })
  return (texts) => {
    const { chooseApplication, noApplication, newApplication, status } = texts.portalApis
    const entries = items.map((application) => {
      const there = subscribed.find((subscription) => subscription.client_id === application.client_id)
      return {
        title: application.name,
        href: there
          ? hrefOf(PATHS.subscription, { subscription: there.id })
          : hrefOf(PATHS.subscribeReview, { api: api.id, plan, client: application.client_id }),
        detail: html`<code>${application.client_id}</code>${there && html` <span class="badge">${status[there.status]}</span>`}`,
      }
    })
    // There is a page of applications where the navigation says so.
    const isThere = frame.navigation.some(({ name }) => name === 'applications')
    const isSearch = asked !== undefined
    const none = isSearch
      ? emptyState(texts.administration.none)
      : emptyState(noApplication, isThere ? linkButton(newApplication, PATHS.applications) : undefined)
    const parameters = new URLSearchParams({ ...(isSearch && { q: asked }), ...(next !== null && { cursor: next }) })
    const more = next !== null && html`<p>${actionLink(texts.portalApplications.more, `${path}?${parameters}`)}</p>`
    const content = html`${stepsAt('application', texts)}\n${(isSearch || next !== null) && searchApps(path, asked, texts)}${entries.length > 0 ? rows(entries) : none}${more}`
    const back = { label: texts.portalApis.choosePlan(api.name), href: hrefOf(PATHS.subscribe, { api: api.id }) }
    return portalPage({ frame, heading: chooseApplication, back, content }, texts)
  }
}

export interface Review extends ChosenPlan {
  readonly application: ShownApplication
  readonly limits: ListedPlanOf | undefined
  /** Those that are ticked. */
  readonly scopes: readonly string[]
  /** Why it was not sent. */
  readonly problem?: HttpProblem | undefined
}

/** What an application has to have before it asks, with the way there; nothing where it may ask. */
function addressWanted(application: ShownApplication, { portalApis }: Texts): Html | undefined {
  const { grant_types: grantTypes, redirect_uris: redirectUris, client_id: id } = application
  if (!lacksRedirectUri({ grantTypes, redirectUris })) return undefined
  const { wantsAddress, addAddress } = portalApis.review
  const href = hrefOf(PATHS.applicationAddresses, { application: id, list: 'redirect_uris' })
  return emptyState(wantsAddress, linkButton(addAddress, href))
}

export function reviewPage({ frame, binding }: PortalPerson, review: Review): Page {
  return (texts) => {
    const { api, plan, application, limits, scopes, problem } = review
    const words = texts.portalApis.review
    const ids = { api: api.id, plan, client: application.client_id }
    const change = (href: string) => ({ href, label: words.change })
    const summary = summaryList(
      [
        { key: words.api, value: api.name },
        {
          key: words.plan,
          value: limits ? html`${plan}: ${planInWords(limits, api, texts)}` : plan,
          change: change(hrefOf(PATHS.subscribe, ids)),
        },
        {
          key: words.application,
          value: html`${application.name}<br><code>${application.client_id}</code>`,
          change: change(hrefOf(PATHS.subscribePlan, ids)),
        },
      ],
      texts,
    )
    const content = html`${stepsAt('review', texts)}
${summary}
${addressWanted(application, texts) ?? form({ binding, action: actionOf(PATHS.subscribeReview, ids) }, api.scopes.length > 0 ? scopeChoice(api, scopes, texts) : html``, html`<p>${words.next}</p>`, button(words.send))}`
    const back = { label: texts.portalApis.chooseApplication, href: hrefOf(PATHS.subscribePlan, ids) }
    return portalPage(
      { frame, heading: words.title, back, notice: problem && refusedNotice(problem, texts), content },
      texts,
    )
  }
}

/** The field of a scope. */
export function fieldOf(scope: string): string {
  return `scope:${scope}`
}

function scopeChoice({ scopes }: ShownApi, chosen: readonly string[], { portalApis }: Texts): Html {
  return html`<fieldset><legend>${portalApis.review.scopes}</legend>
${scopes.map(
  ({
    name,
    description,
    required_group: group,
  }) => html`<label class="choice"><input type="checkbox" name="${fieldOf(name)}" value="1"${
    chosen.includes(name) && html` checked`
  }> <span><code>${name}</code> <span dir="auto">${description}</span>${group !== null && html` ${portalApis.forGroup(group)}`}</span></label>
`,
)}</fieldset>`
}
