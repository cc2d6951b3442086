// The first page of the portal: what there is for whoever is signed in; and for who is no developer, how to become one.
import { button, linkButton } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { actionOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'

export function overviewPage({ frame, news }: PortalPerson): Page {
  return (texts) => {
    const { title, sections, overview } = texts.portal
    const entries = frame.navigation.map(({ name, href }) => ({ ...sections[name], href }))
    const content = html`<p>${overview.lead}</p>\n${entries.length > 0 && rows(entries)}`
    return portalPage({ frame, heading: title, notice: news(texts), content }, texts)
  }
}

/** It says nothing of who else is one. */
export function becomePage({ frame, binding }: PortalPerson, { isOpen }: Readonly<{ isOpen: boolean }>): Page {
  return (texts) => {
    const { become } = texts.portal
    const content = html`<p>${become.lead(frame.accountName)}</p>
<p>${isOpen ? become.open : become.ask}</p>
${
  isOpen
    ? form({ binding, action: actionOf(PATHS.become, {}) }, button(become.button))
    : linkButton(become.toAccount, frame.account)
}`
    return portalPage({ frame, heading: become.title, content }, texts)
  }
}
