// A field of several lines, with its label and its hint.
import { type Html, html } from '../html.ts'
import type { FormField } from './field.ts'

export function area({
  name,
  label,
  hint,
  maxLength,
  value = '',
  isOptional = false,
}: Pick<FormField, 'name' | 'label' | 'hint' | 'maxLength' | 'value' | 'isOptional'>): Html {
  const hintId = `${name}-hint`
  // The line break after the tag is no part of what is in it (HTML §13.1.2.5).
  return html`<label for="${name}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${hintId}">${hint}</p>\n`}<textarea id="${name}" name="${name}" rows="4" maxlength="${maxLength}" autocomplete="off" autocapitalize="none" spellcheck="false"${!isOptional && html` required`}${hint !== undefined && html` aria-describedby="${hintId}"`}>
${value}</textarea>
`
}
