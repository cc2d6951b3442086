// A secret that is shown once: to be selected as a whole, with what to do when it is lost.
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'

/** @param values one secret, or several that belong together; @param whenLost what to do then */
export function secretOnce(values: readonly string[], whenLost: string, { account }: Texts): Html {
  return html`<div class="secret">
<p><strong>${account.parts.shownOnce}</strong> ${whenLost}</p>
<ul translate="no">${values.map((value) => html`<li><code>${value}</code></li>`)}</ul>
</div>`
}
