// A list of short lines.
import { type Html, html } from '../html.ts'

export function list(items: readonly (string | Html)[]): Html {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`
}
