// What waits for a decision, and one request with all that has to be known for it.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { HttpProblem } from '../../http/problem.ts'
import { actionLink, wayLink } from '../../pages/components/button.ts'
import { notice } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import { summaryList } from '../../pages/components/summary.ts'
import { timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { limitsInWords } from '../apis/limits.ts'
import { isMachine } from '../applications/one.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'

export type AskedUse = OperationAnswer<'approvals.get'>
type Subscription = AskedUse['subscription']

/** Whether whoever looks at it decides. */
export function isOpenTo({ subscription, decided_by: by }: AskedUse): boolean {
  return subscription.status === 'pending' && by === 'caller'
}

export function approvalsPage(
  me: PortalPerson,
  { items, next }: OperationAnswer<'approvals.list'>,
  waiting: OperationAnswer<'memberships.waiting'>['items'],
): Page {
  const people = waiting.reduce((sum, api) => sum + api.waiting, 0)
  return (texts) => {
    const { portal, portalApis, portalApprovals: said } = texts
    const entries = items.map((subscription) => ({
      title: portalApis.one.title(subscription.client_name, subscription.api_name),
      href: hrefOf(PATHS.approval, { subscription: subscription.id }),
      detail: html`${subscription.plan} · ${askerOf(subscription, texts)}${whenOf(subscription, me, texts)}`,
    }))
    const { toRequests } = texts.portalMembers.requests
    const toPeople =
      people > 0 && html`<p>${actionLink(toRequests(people), hrefOf(PATHS.membershipRequests, {}))}</p>\n`
    const content = html`${toPeople}${entries.length > 0 ? html`<p>${said.lead}</p>\n${rows(entries)}` : emptyState(said.none)}
${next !== null && wayLink(texts.administration.more, `${PATHS.approvals}?${new URLSearchParams({ cursor: next })}`)}`
    const { frame, news } = me
    return portalPage({ frame, heading: portal.sections.approvals.title, notice: news(texts), content }, texts)
  }
}

export function requestPage(me: PortalPerson, asked: AskedUse, problem?: HttpProblem): Page {
  return (texts) => {
    const { portal, portalApis, portalApplications, portalApprovals: said } = texts
    const { subscription, application, scopes, limits } = asked
    const { fields, lists, kinds, kind, clientId, verified, unverified } = portalApplications
    const link = (href: string | null) => (href === null ? undefined : outside(href))
    const content = html`${decision(asked, texts)}
${summaryList(
  [
    { key: said.asked, value: askerOf(subscription, texts) },
    { key: portalApis.review.api, value: subscription.api_name },
    {
      key: portalApis.review.plan,
      value: html`${subscription.plan}<br>${limitsInWords({ limits }, subscription.api_id, texts)}`,
    },
    { key: portalApis.scopes, value: scopes.length > 0 ? html`${scopes.map(inWords)}` : portalApis.noScopes },
  ],
  texts,
)}
<h2>${said.application}</h2>
${summaryList(
  [
    {
      key: fields.name.title,
      value: html`<bdi>${application.name}</bdi> (${application.name_verified ? verified : unverified})`,
    },
    { key: clientId, value: html`<code translate="no">${subscription.client_id}</code>` },
    { key: kind, value: kinds[isMachine(application) ? 'machine' : application.kind] },
    {
      key: lists.redirect_uris.title,
      value:
        application.redirect_uris.length > 0
          ? html`${application.redirect_uris.map((uri) => html`<code>${uri}</code><br>`)}`
          : undefined,
    },
    { key: fields.policy_uri.title, value: link(application.policy_uri) },
    { key: fields.tos_uri.title, value: link(application.tos_uri) },
    { key: fields.support_contact.title, value: link(application.support_contact) },
  ],
  texts,
)}`
    const heading = portalApis.one.title(subscription.client_name, subscription.api_name)
    const back = { label: portal.sections.approvals.title, href: PATHS.approvals }
    const refused = problem && refusedNotice(problem, texts)
    const href = hrefOf(PATHS.approve, { subscription: subscription.id })
    const action = isOpenTo(asked) ? { label: said.approve, href } : undefined
    return portalPage({ frame: me.frame, heading, back, notice: refused, action, content }, texts)
  }
}

/** How to decline, or why somebody else decides. */
function decision(asked: AskedUse, { portalApprovals: said }: Texts): Html {
  if (asked.subscription.status !== 'pending') return notice('good', said.isDecided)
  if (asked.decided_by === 'operator') return notice('warn', said.isOperators)
  if (asked.decided_by === 'others') return notice('warn', said.isOwn)
  return html`<p>${actionLink(said.decline, hrefOf(PATHS.decline, { subscription: asked.subscription.id }))}</p>`
}

function askerOf({ requested_by: program, requested_by_person: person }: Subscription, texts: Texts): string {
  const said = texts.portalApprovals
  if (person) return [person.name, person.email].filter((part) => part !== null).join(', ') || said.askedByNobody
  return program === null ? said.askedByNobody : said.askedByProgram(program)
}

function whenOf({ requested_at: at }: Subscription, { now }: PortalPerson, texts: Texts): Html | undefined {
  return at === null ? undefined : html` · ${timeAgo(new Date(at), now, texts)}`
}

function inWords({ name, description }: AskedUse['scopes'][number]): Html {
  return html`${description !== '' && html`<span dir="auto">${description}</span> `}<code>${name}</code><br>`
}

/** What an application says of itself: a link where it is an https address, words where not. */
function outside(text: string): Html {
  if (!text.startsWith('https://')) return html`<bdi>${text}</bdi>`
  return html`<a class="action" href="${text}" target="_blank" rel="noopener noreferrer">${text}</a>`
}
