// One page of a person's account: the way back, what has just happened, its heading, and what it is about.
import type { AccountFrame } from '../account-frame.ts'
import type { PageContent } from '../frame.ts'
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'

export interface AccountPage {
  readonly frame: AccountFrame
  readonly heading: string
  /** The page above this one; the overview has none. */
  readonly back?: Readonly<{ label: string; href: string }>
  /** What has just happened. */
  readonly notice?: Html | undefined
  readonly content: Html
}

export function accountPage({ frame, heading, back, notice, content }: AccountPage, { account }: Texts): PageContent {
  return {
    title: heading === account.title ? heading : `${heading} – ${account.title}`,
    frame,
    body: html`${back && html`<nav aria-label="${account.parts.back}"><a class="back" href="${back.href}">${back.label}</a></nav>\n`}${notice}
<h1>${heading}</h1>
${content}`,
  }
}
