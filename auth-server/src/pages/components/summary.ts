// A summary list: what something is called, what it is, and the way to change it.
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'
import { actionLink } from './button.ts'

export interface SummaryEntry {
  readonly key: string
  /** Without one it says "Not added yet". */
  readonly value?: string | Html | undefined
  /** The page that changes it; some things nobody can change here. */
  readonly change?: Readonly<{ href: string; label?: string }>
}

export function summaryList(entries: readonly SummaryEntry[], { account }: Texts): Html {
  const { notYet, change: changeIt } = account.parts
  return html`<dl class="summary">
${entries.map(
  ({ key, value, change }) => html`<div>
<dt>${key}</dt>
<dd>${value ?? notYet}</dd>
${change && html`<dd>${actionLink(change.label ?? changeIt, change.href, key)}</dd>\n`}</div>
`,
)}</dl>`
}
