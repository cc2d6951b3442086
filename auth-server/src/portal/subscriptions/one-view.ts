// One subscription, how it ends, and all of an application: what it is of use for now, and what waits.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { HttpProblem } from '../../http/problem.ts'
import { actionLink, linkButton } from '../../pages/components/button.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { copyable } from '../../pages/components/copyable.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { notice } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import { summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { stepsAt } from './subscribe-views.ts'

export type ShownSubscription = OperationAnswer<'subscriptions.get'>

/** A subscription with what its two sides are called. */
export interface NamedSubscription {
  readonly subscription: ShownSubscription
  readonly application: string
  readonly api: string
}

const NOTICE = { pending: 'warn', approved: 'good', suspended: 'bad' } as const

export function subscriptionPage(
  { frame, news }: PortalPerson,
  { subscription, application, api }: NamedSubscription,
): Page {
  return (texts) => {
    const { portalApis } = texts
    const { one, review, status, scopes } = portalApis
    const isPending = subscription.status === 'pending'
    const end = hrefOf(PATHS.endSubscription, { subscription: subscription.id })
    const content = html`${isPending && stepsAt('sent', texts)}
${notice(NOTICE[subscription.status], one[subscription.status])}
<h2>${one.clientId}</h2>
${copyable(html`<p><code>${subscription.client_id}</code>${isPending && html` <span class="badge">${status.pending}</span>`}</p>`, texts)}
${summaryList(
  [
    {
      key: review.application,
      value: actionLink(application, hrefOf(PATHS.application, { application: subscription.client_id })),
    },
    { key: review.api, value: actionLink(api, hrefOf(PATHS.api, { api: subscription.api_id })) },
    { key: review.plan, value: subscription.plan },
    {
      key: scopes,
      value: subscription.scopes.length > 0 ? html`<code>${subscription.scopes.join(' ')}</code>` : one.noScope,
    },
    ...(isPending ? [] : [{ key: one.trusted, value: subscription.trusted ? one.isTrusted : one.isNot }]),
  ],
  texts,
)}
${subscription.managed_by === 'file' ? html`<p>${one.byFile}</p>` : html`<p>${actionLink(isPending ? one.withdraw : one.end, end)}</p>`}`
    const back = { label: portalApis.title, href: PATHS.apis }
    return portalPage({ frame, heading: one.title(application, api), back, notice: news(texts), content }, texts)
  }
}

/** @param etag of the subscription as this page tells it */
export function endPage(
  { frame, binding }: PortalPerson,
  { subscription, application, api }: NamedSubscription,
  { etag, problem }: Readonly<{ etag: string; problem?: HttpProblem }>,
): Page {
  return (texts) => {
    const { ending, one } = texts.portalApis
    const ids = { subscription: subscription.id }
    const isPending = subscription.status === 'pending'
    const confirmation = {
      binding,
      action: actionOf(PATHS.endSubscription, ids),
      label: isPending ? ending.withdraw(api) : ending.end(api),
      back: hrefOf(PATHS.subscription, ids),
      fields: hiddenFields({ version: etag }),
    }
    const content = dangerForm(isPending ? ending.withdrawn : ending.losses(application, api), confirmation, texts)
    const back = { label: one.title(application, api), href: hrefOf(PATHS.subscription, ids) }
    const heading = isPending ? ending.withdrawTitle : ending.endTitle
    return portalPage({ frame, heading, back, notice: problem && refusedNotice(problem, texts), content }, texts)
  }
}

/** The part of an application's page that tells its subscriptions. @param apis what each is called, by its id */
export function subscriptionsOf(
  clientId: string,
  subscriptions: readonly ShownSubscription[],
  apis: ReadonlyMap<string, string>,
  { portalApis }: Texts,
): Html {
  const { ofApp, status } = portalApis
  const entries = subscriptions.map((subscription) => ({
    title: apis.get(subscription.api_id) ?? subscription.api_id,
    href: hrefOf(PATHS.subscription, { subscription: subscription.id }),
    detail: html`${subscription.plan} <span class="badge">${status[subscription.status]}</span>`,
  }))
  const subscribe = linkButton(ofApp.subscribe, hrefOf(PATHS.subscribeApplication, { application: clientId }))
  return html`<h2>${ofApp.title}</h2>
${entries.length > 0 ? html`${rows(entries)}\n${subscribe}` : emptyState(ofApp.none, subscribe)}`
}
