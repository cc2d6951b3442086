// The pages on which a sign-in at the portal comes to nothing: what is true, and what to do now.
import { ACCOUNT_PATH, PORTAL_PATH } from '../../interaction/paths.ts'
import { linkButton, wayLink } from '../../pages/components/button.ts'
import { signMark } from '../../pages/components/mark.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'

const SECURITY = `${ACCOUNT_PATH}/security`

/** It is over, or belongs to another browser: nobody can say which. */
export const overPage: Page = ({ portal }) => ({
  title: portal.over.title,
  body: html`${signMark('warn')}
<h1>${portal.over.title}</h1>
<p>${portal.over.lead}</p>
${linkButton(portal.toPortal, PORTAL_PATH)}`,
})

export function cancelledPage(returnTo: string): Page {
  return ({ ended, tryAgain }) => ({
    title: ended.own.cancelledTitle,
    body: html`${signMark('warn')}
<h1>${ended.own.cancelledTitle}</h1>
<p>${ended.own.cancelled}</p>
${linkButton(tryAgain, returnTo)}`,
  })
}

/** The role asks for two factors, and there is one. */
export function secondFactorPage(returnTo: string): Page {
  return ({ portal, tryAgain }) => ({
    title: portal.secondFactor.title,
    body: html`${signMark('warn')}
<h1>${portal.secondFactor.title}</h1>
<p>${portal.secondFactor.lead}</p>
${linkButton(portal.secondFactor.button, SECURITY)}
${wayLink(tryAgain, returnTo)}`,
  })
}
