// The page at `/` of a server that people sign in to: whose it is, and the way to one's account.
import { linkButton } from '../pages/components/button.ts'
import { note } from '../pages/components/notice.ts'
import type { Page } from '../pages/frame.ts'
import { html } from '../pages/html.ts'

/** @param account its address */
export function publicPage({ operator, account }: Readonly<{ operator: string; account: string }>): Page {
  return ({ landing }) => {
    const { lead, hint, toAccount } = landing.people
    return {
      title: operator,
      body: html`<h1>${operator}</h1>
<p>${lead}</p>
${linkButton(toAccount, account)}
${note(hint)}`,
    }
  }
}
