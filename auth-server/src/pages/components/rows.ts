// Rows of things of one kind: what each is, a line about it, and one action.
import { type Html, html } from '../html.ts'

export interface RowEntry {
  readonly title: string | Html
  /** The page about it, where it has one. */
  readonly href?: string
  readonly detail?: string | Html
  readonly action?: Html
  /** What the one is called that is used right now; it comes last. */
  readonly current?: string | undefined
}

export function rows(items: readonly RowEntry[]): Html {
  const [current, others] = [items.filter(isCurrent), items.filter((item) => !isCurrent(item))]
  return html`<ul class="rows">
${[...others, ...current].map(row)}</ul>`
}

function isCurrent({ current }: RowEntry): boolean {
  return current !== undefined
}

function row({ title, href, detail, action, current }: RowEntry): Html {
  return html`<li>
<div>
<p class="title">${href === undefined ? html`<strong>${title}</strong>` : html`<a href="${href}">${title}</a>`}${
    current !== undefined && html` <span class="badge">${current}</span>`
  }</p>
${detail !== undefined && html`<p>${detail}</p>\n`}</div>
${action}
</li>
`
}

/** Nothing is there: one sentence, and the one thing to do next where there is one. */
export function emptyState(sentence: string, next?: Html): Html {
  return html`<div class="empty"><p>${sentence}</p>${next}</div>`
}
