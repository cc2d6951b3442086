// A question with few answers, of which one is chosen.
import { type Html, html } from '../html.ts'

export interface Choice {
  /** Its name in the form. */
  readonly name: string
  /** The question. */
  readonly legend: string
  readonly options: readonly Readonly<{ value: string; label: string; lang?: string }>[]
  /** The value of the answer that is chosen already. */
  readonly chosen: string
}

export function choice({ name, legend, options, chosen }: Choice): Html {
  return html`<fieldset><legend>${legend}</legend>
${options.map(
  ({ value, label, lang }) =>
    html`<label class="choice"><input type="radio" name="${name}" value="${value}"${value === chosen && html` checked`}> <span${
      lang !== undefined && html` lang="${lang}"`
    }>${label}</span></label>\n`,
)}</fieldset>`
}
