// The page at `/` of a server that people sign in to: whose it is, and the ways to one's account and to the developer portal.
import { linkButton, wayLink } from '../pages/components/button.ts'
import { note } from '../pages/components/notice.ts'
import type { Page } from '../pages/frame.ts'
import { html } from '../pages/html.ts'

/** @param account its address, as that of the portal */
export function publicPage({
  operator,
  account,
  portal,
}: Readonly<{ operator: string; account: string; portal: string }>): Page {
  return ({ landing, portal: { toPortal } }) => {
    const { lead, hint, toAccount } = landing.people
    return {
      title: operator,
      body: html`<h1>${operator}</h1>
<p>${lead}</p>
${linkButton(toAccount, account)}
${wayLink(toPortal, portal)}
${note(hint)}`,
    }
  }
}
