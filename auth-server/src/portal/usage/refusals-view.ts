// The page of refused calls of an application: why each was refused, in a sentence, and what to do.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { button, wayLink } from '../../pages/components/button.ts'
import { searchForm } from '../../pages/components/form.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { timeAgo } from '../../pages/components/time.ts'
import { explainRefusal } from '../../pages/explain-refusal.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'

type Refusals = OperationAnswer<'refusals.list'>

export interface ShownRefusals {
  readonly refusals: Refusals
  readonly application: Pick<OperationAnswer<'applications.get'>, 'client_id' | 'name'>
  /** The one that was looked for; empty for all. */
  readonly requestId: string
}

export function refusalsPage({ frame, now }: PortalPerson, { refusals, application, requestId }: ShownRefusals): Page {
  return (texts) => {
    const { usage } = texts
    const ids = { client: application.client_id }
    const { items, next } = refusals
    const href = hrefOf(PATHS.refusals, ids)
    const content = html`<p>${usage.refusalsLead}</p>
${search(href, requestId, texts)}
${
  items.length === 0
    ? emptyState(requestId === '' ? usage.noRefusals : usage.notFound)
    : rows(items.map((item) => refusalRow(item, now, texts)))
}
${next !== null && wayLink(usage.older, `${href}?${new URLSearchParams({ cursor: next })}`)}${
  requestId !== '' && wayLink(usage.allRefusals, href)
}`
    const back = { label: usage.of(application.name), href: hrefOf(PATHS.usageOfApplication, ids) }
    return portalPage({ frame, heading: usage.refusalsOf(application.name), back, content }, texts)
  }
}

/** It only reads, so that its address can be sent to somebody else. */
function search(href: string, requestId: string, { usage }: Texts): Html {
  return searchForm(
    href,
    html`<label for="request">${usage.requestId}</label>
<input id="request" name="request" value="${requestId}" maxlength="64" autocomplete="off" autocapitalize="off" spellcheck="false">
${button(usage.find, 'quiet')}`,
  )
}

function refusalRow(refusal: Refusals['items'][number], now: Date, texts: Texts): RowEntry {
  const { request_id, at, api_id, code, facts } = refusal
  const { why, todo } = explainRefusal(texts, code, facts)
  return {
    title: why,
    detail: html`${todo}<br>${timeAgo(new Date(at), now, texts)} · ${api_id} · <code>${request_id}</code>`,
  }
}
