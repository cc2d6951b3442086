// The pages on who asks to come to an API: the list, and the question before somebody is let in or declined.
import { MAX_REASON_LENGTH } from '@mobile-api-gateway/sdk/contract/approvals.ts'
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { HttpProblem } from '../../http/problem.ts'
import { actionLink } from '../../pages/components/button.ts'
import { confirmForm, dangerForm } from '../../pages/components/confirm.ts'
import { field } from '../../pages/components/field.ts'
import { list } from '../../pages/components/list.ts'
import { problemSummary } from '../../pages/components/notice.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import type { Api } from './one-api.ts'
import { administrationPage, nextPart } from './page.ts'

export type MembershipRequest = OperationAnswer<'memberships.get_request'>

export const DECISIONS = ['approve', 'decline'] as const
export type RequestStep = (typeof DECISIONS)[number]

export function requestsPage(
  me: PortalPerson,
  { items, next }: OperationAnswer<'memberships.requests'>,
  only: Api | undefined,
): Page {
  return administrationPage(me, (texts) => {
    const { requests: said } = texts.portalMembers
    const entries = items.map((request) => rowOf(me, request, texts))
    const path = hrefOf(PATHS.membershipRequests, {})
    const content = html`${only && html`<p>${said.only(only.name)} ${actionLink(said.toAll, path)}</p>\n`}${
      entries.length > 0 ? html`<p>${said.lead}</p>\n${rows(entries)}` : emptyState(said.none)
    }
${nextPart(path, only ? { api: only.id } : {}, next, texts)}`
    return { heading: texts.administration.sections.membershipRequests.title, content }
  })
}

function calledOf({ name, email }: MembershipRequest, { portalMembers }: Texts): string {
  return name ?? email ?? portalMembers.requests.nameless
}

function rowOf({ now }: PortalPerson, request: MembershipRequest, texts: Texts): RowEntry {
  const { portalMembers, portalApprovals } = texts
  const { requests: said } = portalMembers
  const { id, api_name: api, name, email, reason, person_id: personId, created_at: at } = request
  const called = calledOf(request, texts)
  const link = (decision: RequestStep) =>
    actionLink(portalApprovals[decision], hrefOf(PATHS.membershipDecision, { request: id, decision }), called)
  const detail = html`${name !== null && email !== null && html`<bdi>${email}</bdi><br>`}${said.asks(
    api,
    timeAgo(new Date(at), now, texts),
  )}${reason !== null && html`<br><span dir="auto">${said.because(reason)}</span>`}`
  return {
    title: called,
    href: hrefOf(PATHS.person, { person: personId }),
    detail: html`${detail}<br>${link('approve')} ${link('decline')}`,
  }
}

interface Deciding {
  readonly request: MembershipRequest
  readonly decision: RequestStep
  /** What was typed, and why it is not done. */
  readonly problem?: HttpProblem | 'no reason' | undefined
  readonly reason?: string
}

export function decisionPage(me: PortalPerson, { request, decision, problem, reason = '' }: Deciding): Page {
  return administrationPage(me, (texts) => {
    const { portalMembers, portalApprovals, administration } = texts
    const { requests: said } = portalMembers
    const { id, api_name: api } = request
    const isDecline = decision === 'decline'
    const problems = problem === 'no reason' ? [{ field: 'reason', text: portalApprovals.noReason }] : []
    const label = isDecline ? portalApprovals.reasonLabel : said.wordLabel
    const word = field({
      ...({ name: 'reason', label, kind: 'text', maxLength: MAX_REASON_LENGTH } as const),
      ...{ isOptional: !isDecline, value: reason, problems },
    })
    const back = { label: administration.sections.membershipRequests.title, href: hrefOf(PATHS.membershipRequests, {}) }
    const confirmation = {
      ...{ binding: me.binding, action: actionOf(PATHS.membershipDecision, { request: id, decision }) },
      ...{ label: portalApprovals[decision], back: back.href, fields: [word] },
    }
    const content = isDecline
      ? dangerForm(said.losses, confirmation, texts)
      : html`${list(said.effects(api))}${confirmForm(confirmation, texts)}`
    const notice =
      problem instanceof HttpProblem
        ? refusedNotice(problem, texts, { reason: { field: 'reason', label } })
        : problems.length > 0
          ? problemSummary(problems, texts)
          : undefined
    return { heading: said[`${decision}Title`](calledOf(request, texts), api), content, back, problem: notice }
  })
}
