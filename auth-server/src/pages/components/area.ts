// A field of several lines, with its label and its hint.
import { type Html, html } from '../html.ts'
import type { FormField } from './field.ts'
import { problemIdOf } from './notice.ts'

export function area({
  name,
  label,
  hint,
  maxLength,
  value = '',
  isOptional = false,
  problems = [],
  autocomplete = 'off',
}: Pick<
  FormField,
  'name' | 'label' | 'hint' | 'maxLength' | 'value' | 'isOptional' | 'problems' | 'autocomplete'
>): Html {
  const hintId = `${name}-hint`
  const problem = problems.find(({ field }) => field === name)
  const describedBy = [hint !== undefined && hintId, problem && problemIdOf(name)].filter(Boolean).join(' ')
  // The line break after the tag is no part of what is in it (HTML §13.1.2.5).
  return html`<label for="${name}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${hintId}">${hint}</p>\n`}${
  problem && html`<p class="field-problem" id="${problemIdOf(name)}">${problem.text}</p>\n`
}<textarea id="${name}" name="${name}" rows="4" maxlength="${maxLength}" autocomplete="${autocomplete}" autocapitalize="none" spellcheck="false"${!isOptional && html` required`}${describedBy !== '' && html` aria-describedby="${describedBy}"`}${problem && html` aria-invalid="true"`}>
${value}</textarea>
`
}
