// The list of somebody's applications.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { actionLink, linkButton } from '../../pages/components/button.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'

export function listPage({ frame, news }: PortalPerson, { items, next }: OperationAnswer<'applications.list'>): Page {
  return (texts) => {
    const { newOne, none, more } = texts.portalApplications
    const entries = items.map(({ client_id, name }) => ({
      title: name,
      href: hrefOf(PATHS.application, { application: client_id }),
      detail: html`<code>${client_id}</code>`,
    }))
    const content =
      entries.length === 0
        ? emptyState(none, linkButton(newOne, PATHS.newApplication))
        : html`${rows(entries)}${next !== null && html`<p>${actionLink(more, `${PATHS.applications}?${new URLSearchParams({ cursor: next })}`)}</p>`}`
    const action = entries.length > 0 ? { label: newOne, href: PATHS.newApplication } : undefined
    return portalPage(
      { frame, heading: texts.portal.sections.applications.title, notice: news(texts), action, content },
      texts,
    )
  }
}
