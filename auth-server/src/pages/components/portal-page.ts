// One page of the portal: the way back, what has just happened, its heading with one main action at its right, and what it is about.
import type { PageContent } from '../frame.ts'
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'
import type { PortalFrame } from '../portal-frame.ts'

export interface PortalPage {
  readonly frame: PortalFrame
  readonly heading: string
  /** The page above this one; a section has none. */
  readonly back?: Readonly<{ label: string; href: string }> | undefined
  /** What has just happened, or what is wrong with the form. */
  readonly notice?: Html | undefined
  /** The one main thing to do here, if it is a page of its own. */
  readonly action?: Readonly<{ label: string; href: string }> | undefined
  readonly content: Html
}

export function portalPage(
  { frame, heading, back, notice, action, content }: PortalPage,
  { account, portal }: Texts,
): PageContent {
  return {
    title: heading === portal.title ? heading : `${heading} – ${portal.title}`,
    frame,
    body: html`${back && html`<nav aria-label="${account.parts.back}"><a class="back" href="${back.href}">${back.label}</a></nav>\n`}${notice}
<div class="heading"><h1>${heading}</h1>${action && html`<a class="button" href="${action.href}">${action.label}</a>`}</div>
${content}`,
  }
}
