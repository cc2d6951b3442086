// Code to take along: platforms as tabs, which are links, and each text with a button that copies it.
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'
import { copyable } from './copyable.ts'

export interface SnippetTab {
  readonly label: string
  readonly href: string
  readonly isCurrent: boolean
}

/** @param label what the tabs are, for who cannot see them */
export function snippetTabs(label: string, tabs: readonly SnippetTab[]): Html {
  return html`<nav class="tabs" aria-label="${label}">
${tabs.map(({ label, href, isCurrent }) => html`<a href="${href}"${isCurrent && html` aria-current="page"`}>${label}</a>\n`)}</nav>`
}

/** @param title what the text is: a file, a command. It is nobody's language. */
export function snippetText(title: string, text: string, texts: Texts): Html {
  const content = html`<h3>${title}</h3>
<pre tabindex="0" role="group" aria-label="${title}" translate="no" lang="en"><code>${text}</code></pre>`
  return html`<div class="command">${copyable(content, texts)}</div>`
}
