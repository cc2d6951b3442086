// The pages that decide: approve, where an administrator may say that the application is trusted; and decline, with the reason.
import { MAX_REASON_LENGTH } from '@mobile-api-gateway/sdk/contract/approvals.ts'
import { HttpProblem } from '../../http/problem.ts'
import { choice } from '../../pages/components/choice.ts'
import { confirmForm, dangerForm } from '../../pages/components/confirm.ts'
import { field } from '../../pages/components/field.ts'
import { list } from '../../pages/components/list.ts'
import { problemSummary } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import type { AskedUse } from './views.ts'

/** What was typed, and why it is not done. */
interface Refused {
  readonly problem?: HttpProblem | 'no reason'
  readonly reason?: string
}

export function approvePage(me: PortalPerson, use: AskedUse, { problem, reason = '' }: Refused = {}): Page {
  return (texts) => {
    const said = texts.portalApprovals
    const { id, api_name: api, client_name: app } = use.subscription
    const options = (['no', 'yes'] as const).map((value) => ({ value, label: said.trusts[value] }))
    const mayTrust = me.session.roles.includes('administrator')
    const fields = [
      ...(mayTrust
        ? [
            choice({ name: 'trusted', legend: said.trust, options, chosen: 'no' }),
            html`<p class="hint">${said.trustHint}</p>`,
          ]
        : []),
      field({
        name: 'reason',
        label: said.wordLabel,
        kind: 'text',
        maxLength: MAX_REASON_LENGTH,
        isOptional: true,
        value: reason,
      }),
    ]
    const action = actionOf(PATHS.approve, { subscription: id })
    const back = { label: texts.portalApis.one.title(app, api), href: hrefOf(PATHS.approval, { subscription: id }) }
    const confirmation = { binding: me.binding, action, label: said.approve, back: back.href, fields }
    const content = html`${list(said.effects(api))}${confirmForm(confirmation, texts)}`
    const asked = { reason: { field: 'reason', label: said.wordLabel } }
    const notice = problem instanceof HttpProblem ? refusedNotice(problem, texts, asked) : undefined
    return portalPage({ frame: me.frame, heading: said.approveTitle(app, api), back, notice, content }, texts)
  }
}

export function declinePage(me: PortalPerson, use: AskedUse, { problem, reason = '' }: Refused = {}): Page {
  return (texts) => {
    const said = texts.portalApprovals
    const { id, api_name: api, client_name: app } = use.subscription
    const problems = problem === 'no reason' ? [{ field: 'reason', text: said.noReason }] : []
    const why = field({
      name: 'reason',
      label: said.reasonLabel,
      kind: 'text',
      maxLength: MAX_REASON_LENGTH,
      value: reason,
      problems,
    })
    const action = actionOf(PATHS.decline, { subscription: id })
    const back = { label: texts.portalApis.one.title(app, api), href: hrefOf(PATHS.approval, { subscription: id }) }
    const confirmation = { binding: me.binding, action, label: said.decline, back: back.href, fields: [why] }
    const content = dangerForm(said.losses, confirmation, texts)
    const asked = { reason: { field: 'reason', label: said.reasonLabel } }
    const notice =
      problem instanceof HttpProblem ? refusedNotice(problem, texts, asked) : problemSummary(problems, texts)
    return portalPage({ frame: me.frame, heading: said.declineTitle(app, api), back, notice, content }, texts)
  }
}
