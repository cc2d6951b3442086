// What is right about an app by its traffic, what was not seen yet, and what to look at: each item with a sentence and a word for its state.
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'
import { actionLink } from './button.ts'

/** As the operation `applications.checklist` tells it. */
export interface ChecklistItem {
  readonly item: keyof Texts['portal']['checklist']['items']
  readonly status: 'done' | 'not_seen' | 'warning'
  readonly since: string | null
  readonly last: string | null
  readonly seen: string | null
}

const KINDS = { done: 'good', not_seen: '', warning: 'warn' } as const satisfies Record<ChecklistItem['status'], string>

/** @param helpFor where it is told what to do for an item, if it is */
export function checklist(
  items: readonly ChecklistItem[],
  texts: Texts,
  helpFor?: (item: ChecklistItem['item']) => string,
): Html {
  const { checklist: words } = texts.portal
  return html`<ul class="rows checklist">
${items.map((entry) => {
  const said = words.items[entry.item]
  const { title, done, todo } = said
  const odd = 'odd' in said ? said.odd : ''
  // A check tells a code, which its own page puts into words.
  const seen = entry.seen === null || entry.item === 'app_links' ? '' : words.seen(entry.seen)
  const detail = { done, not_seen: todo, warning: `${odd} ${seen}` }[entry.status]
  return html`<li>
<div><p class="title"><strong>${title}</strong> <span class="state ${KINDS[entry.status]}">${words.states[entry.status]}</span></p>
<p>${detail}${entry.since !== null && html` ${words.since(entry.since)}`}</p></div>
${helpFor !== undefined && entry.status !== 'done' && actionLink(words.help, helpFor(entry.item), title)}
</li>
`
})}</ul>`
}
