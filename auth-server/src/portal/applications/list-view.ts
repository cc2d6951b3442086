// The list of somebody's applications.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { actionLink, linkButton } from '../../pages/components/button.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { searchApps } from './search.ts'

export function listPage(
  { frame, news }: PortalPerson,
  { items, next }: OperationAnswer<'applications.list'>,
  asked: string | undefined,
): Page {
  return (texts) => {
    const { newOne, none, more } = texts.portalApplications
    const isSearch = asked !== undefined
    const entries = items.map(({ client_id, name }) => ({
      title: name,
      href: hrefOf(PATHS.application, { application: client_id }),
      detail: html`<code>${client_id}</code>`,
    }))
    const parameters = new URLSearchParams({ ...(isSearch && { q: asked }), ...(next !== null && { cursor: next }) })
    // Where all of them are in sight there is nothing to search.
    const search = (isSearch || next !== null) && searchApps(PATHS.applications, asked, texts)
    const content =
      entries.length === 0
        ? html`${search}${isSearch ? emptyState(texts.administration.none) : emptyState(none, linkButton(newOne, PATHS.newApplication))}`
        : html`${search}${rows(entries)}${next !== null && html`<p>${actionLink(more, `${PATHS.applications}?${parameters}`)}</p>`}`
    const action = entries.length > 0 || isSearch ? { label: newOne, href: PATHS.newApplication } : undefined
    return portalPage(
      { frame, heading: texts.portal.sections.applications.title, notice: news(texts), action, content },
      texts,
    )
  }
}
