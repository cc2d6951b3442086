// A drawn phone, on which an app shows where it stands.
import { type Html, html } from '../html.ts'

/** @param label what the drawing is; @param app in its title bar */
export function phone({ label, app }: Readonly<{ label: string; app: string }>, ...screen: readonly Html[]): Html {
  return html`<section class="phone" aria-label="${label}">
<p class="app"><strong>${app}</strong></p>
${screen}
</section>`
}

/** Steps in their order, and the one that runs now. */
export function progress(steps: readonly string[], current: number): Html {
  return html`<ol class="progress">
${steps.map((step, index) => html`<li${index === current && html` aria-current="step"`}>${step}</li>\n`)}</ol>`
}
