// The page of a section that is about one application: which of the person's own it is.
import { linkButton } from '../pages/components/button.ts'
import { portalPage } from '../pages/components/portal-page.ts'
import { emptyState, rows } from '../pages/components/rows.ts'
import type { Page } from '../pages/frame.ts'
import { html } from '../pages/html.ts'
import type { ManagedApp } from './chosen-app.ts'
import { hrefFor } from './links.ts'
import { hrefOf, PATHS } from './paths.ts'
import type { PortalPerson } from './route.ts'

export function chooseAppPage({ frame }: PortalPerson, section: 'help' | 'tryIt', apps: readonly ManagedApp[]): Page {
  return (texts) => {
    const { sections, chooseApp } = texts.portal
    const entries = apps.map(({ client_id: id, name }) => ({ title: name, detail: id, href: hrefFor(section, id) }))
    const content = html`<p>${chooseApp.lead}</p>\n${entries.length > 0 ? rows(entries) : emptyState(chooseApp.none, linkButton(texts.portalApplications.newOne, hrefOf(PATHS.newApplication, {})))}`
    return portalPage({ frame, heading: sections[section].title, content }, texts)
  }
}
