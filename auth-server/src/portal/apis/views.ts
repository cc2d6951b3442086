// The pages of the catalogue: all APIs, and one with its scopes, plans and document.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { notice } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import type { SignInWay } from '../ways/offer.ts'
import { offerInWords } from '../ways/view.ts'
import { documentView, type ShownReference } from './document-view.ts'
import { type ListedPlanOf, limitsInWords, planInWords } from './limits.ts'

export type ShownApi = OperationAnswer<'apis.get'>

/** What an API is beside in use. */
export function stateOf(api: ShownApi, { portalApis }: Texts): string | undefined {
  if (api.suspended_at !== null) return portalApis.suspended
  return api.offer === 'deprecated' ? portalApis.deprecated : undefined
}

export function apisPage(
  { frame, news }: PortalPerson,
  apis: readonly ShownApi[],
  plans: readonly ListedPlanOf[],
): Page {
  return (texts) => {
    const { title, lead, none } = texts.portalApis
    const entries = apis.map((api) => apiRow(api, plans, hrefOf(PATHS.api, { api: api.id }), texts))
    const content = html`<p>${lead}</p>\n${entries.length > 0 ? rows(entries) : emptyState(none)}`
    return portalPage({ frame, heading: title, notice: news(texts), content }, texts)
  }
}

/** An API in one row: what it is for, and its plans. */
export function apiRow(api: ShownApi, plans: readonly ListedPlanOf[], href: string, texts: Texts): RowEntry {
  const state = stateOf(api, texts)
  const own = plans.filter((plan) => api.plans.includes(plan.name))
  return {
    title: api.name,
    href,
    detail: lines([
      state !== undefined && html`<span class="badge">${state}</span>`,
      api.description !== '' && html`<span dir="auto">${api.description}</span>`,
      ...own.map((plan) => html`${plan.name}: ${limitsInWords(plan, api.id, texts)}`),
    ]),
  }
}

function lines(said: readonly (Html | false)[]): Html {
  const there = said.filter((line) => line !== false)
  return html`${there.map((line, index) => (index === 0 ? line : html`<br>${line}`))}`
}

export interface ApiFacts {
  readonly plans: readonly ListedPlanOf[]
  /** Undefined: it has no document; null: it cannot be drawn. */
  readonly reference: ShownReference | undefined | null
  readonly ways: readonly SignInWay[]
}

export function apiPage({ frame, news }: PortalPerson, api: ShownApi, { plans, reference, ways }: ApiFacts): Page {
  return (texts) => {
    const { portalApis } = texts
    const { facts } = portalApis
    const content = html`${api.offer === 'deprecated' && notice('warn', portalApis.isDeprecated)}${
      api.suspended_at !== null && notice('warn', portalApis.isSuspended)
    }
${api.description !== '' && html`<p dir="auto">${api.description}</p>`}
${summaryList(
  [
    { key: facts.id, value: html`<code>${api.id}</code>` },
    { key: facts.resource, value: html`<code>${api.resource}</code>` },
    { key: texts.portalWays.title, value: offerInWords(api.sign_in, ways, texts.portalWays.every, texts) },
    {
      key: facts.version,
      value: api.document
        ? portalApis.document(api.document.title, api.document.version, api.document.openapi)
        : facts.noDocument,
    },
  ],
  texts,
)}
<h2>${portalApis.scopes}</h2>
${api.scopes.length > 0 ? rows(api.scopes.map((scope) => scopeRow(scope, texts))) : html`<p>${portalApis.noScopes}</p>`}
<h2>${portalApis.plans}</h2>
${rows(plans.map((plan) => ({ title: plan.name, detail: planInWords(plan, api, texts) })))}
${reference === null && notice('warn', portalApis.unreadable)}
${reference ? documentView(reference, texts) : false}`
    const isOpen = api.offer !== 'deprecated' && api.suspended_at === null
    const action = isOpen ? { label: portalApis.subscribe, href: hrefOf(PATHS.subscribe, { api: api.id }) } : undefined
    const back = { label: portalApis.title, href: PATHS.apis }
    return portalPage({ frame, heading: api.name, back, notice: news(texts), action, content }, texts)
  }
}

function scopeRow(scope: ShownApi['scopes'][number], { portalApis }: Texts): RowEntry {
  const { name, description, required_group: group, for_guests: forGuests } = scope
  return {
    title: name,
    detail: lines([
      description !== '' && html`<span dir="auto">${description}</span>`,
      group !== null && html`${portalApis.forGroup(group)}`,
      forGuests && html`${portalApis.forGuests}`,
    ]),
  }
}
