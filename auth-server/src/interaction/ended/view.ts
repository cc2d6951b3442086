// The pages that a visit ends in when it cannot go on: what is true, and what to do now.
import { linkButton } from '../../pages/components/button.ts'
import { signMark } from '../../pages/components/mark.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'

/** Whose visit it was (an app's, or none's: this server's own), and the address to go on at, if there is one. */
export interface WayOn {
  readonly appName?: string
  readonly href?: string | undefined
}

/** Who asked has had the answer. The way on asks for the same once more. */
export function donePage({ appName, href }: WayOn): Page {
  return ({ ended, tryAgain }) => ({
    title: ended.doneTitle,
    body: html`${signMark('good')}
<h1>${ended.doneTitle}</h1>
<p>${appName === undefined ? ended.own.done : ended.done(appName)}</p>
${
  href !== undefined &&
  (appName === undefined
    ? linkButton(ended.own.goOn, href)
    : html`<p>${ended.notOpened(appName)}</p>\n${linkButton(tryAgain, href)}`)
}`,
  })
}

/** Nobody finished in time. The way on tells the app, so that it can offer to start again. */
export function expiredPage({ appName, href }: WayOn): Page {
  return ({ ended, backTo, tryAgain }) => ({
    title: ended.expiredTitle,
    body: html`${signMark('warn')}
<h1>${ended.expiredTitle}</h1>
<p>${appName === undefined ? ended.own.expired : ended.expired(appName)}</p>
${href !== undefined && linkButton(appName === undefined ? tryAgain : backTo(appName), href)}`,
  })
}

/** It goes on in another browser. */
export function elsewherePage({ appName }: WayOn): Page {
  return ({ ended }) => ({
    title: ended.elsewhereTitle,
    body: html`${signMark('warn')}
<h1>${ended.elsewhereTitle}</h1>
<p>${appName === undefined ? ended.own.elsewhere : ended.elsewhere}</p>`,
  })
}

/** Of a visit for a page of this server, at whose end nobody hears anything. */
export function cancelledPage(returnTo: string): Page {
  return ({ ended, tryAgain }) => ({
    title: ended.own.cancelledTitle,
    body: html`${signMark('warn')}
<h1>${ended.own.cancelledTitle}</h1>
<p>${ended.own.cancelled}</p>
${linkButton(tryAgain, returnTo)}`,
  })
}

export const endedPage: Page = ({ ended }) => ({
  title: ended.unknownTitle,
  body: html`${signMark('warn')}
<h1>${ended.unknownTitle}</h1>
<p>${ended.unknown}</p>`,
})
