// The pages that a visit ends in when it cannot go on: what is true, and what to do now.
import { linkButton } from '../../pages/components/button.ts'
import { signMark } from '../../pages/components/mark.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'

/** The app has had its answer. @param again for an app that may not have opened: asks for the same once more. */
export function donePage(applicationName: string, again?: string): Page {
  return ({ ended, tryAgain }) => ({
    title: ended.doneTitle,
    body: html`${signMark('good')}
<h1>${ended.doneTitle}</h1>
<p>${ended.done(applicationName)}</p>
${again !== undefined && html`<p>${ended.notOpened(applicationName)}</p>\n${linkButton(tryAgain, again)}`}`,
  })
}

/** Nobody finished in time. @param back tells the app, so that it can offer to start again. */
export function expiredPage(applicationName: string, back?: string): Page {
  return ({ ended, backTo }) => ({
    title: ended.expiredTitle,
    body: html`${signMark('warn')}
<h1>${ended.expiredTitle}</h1>
<p>${ended.expired(applicationName)}</p>
${back !== undefined && linkButton(backTo(applicationName), back)}`,
  })
}

function plainPage(kind: 'elsewhere' | 'unknown'): Page {
  return ({ ended }) => ({
    title: ended[`${kind}Title`],
    body: html`${signMark('warn')}
<h1>${ended[`${kind}Title`]}</h1>
<p>${ended[kind]}</p>`,
  })
}

export const elsewherePage = plainPage('elsewhere')

export const endedPage = plainPage('unknown')
