// Where somebody is in a journey of a few pages.
import { type Html, html } from '../html.ts'

/** @param current the name of the step that is shown */
export function steps(label: string, names: readonly string[], current: string): Html {
  return html`<ol class="steps" aria-label="${label}">
${names.map((name) => html`<li${name === current && html` aria-current="step"`}>${name}</li>\n`)}</ol>`
}
