// A secret that is shown once: to be selected as a whole, with what to do when it is lost.
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'
import { copyable } from './copyable.ts'

/** @param values one secret, or several that belong together; @param whenLost what to do then */
export function secretOnce(values: readonly string[], whenLost: string, texts: Texts): Html {
  return html`<div class="secret">
<p><strong>${texts.account.parts.shownOnce}</strong> ${whenLost}</p>
${copyable(html`<ul translate="no">${values.map((value) => html`<li><code>${value}</code></li>`)}</ul>`, texts)}
</div>`
}
