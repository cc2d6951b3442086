// A question with many answers, of which one is chosen from a list.
import { type Html, html } from '../html.ts'
import type { FormField } from './field.ts'
import { problemIdOf } from './notice.ts'

/** @param options by their values; an empty value is no answer */
export function select({
  name,
  label,
  options,
  value = '',
  hint,
  autocomplete = 'off',
  isOptional = false,
  problems = [],
}: Pick<FormField, 'name' | 'label' | 'value' | 'hint' | 'isOptional' | 'problems' | 'autocomplete'> &
  Readonly<{ options: readonly Readonly<{ value: string; label: string }>[] }>): Html {
  const problem = problems.find(({ field }) => field === name)
  const describedBy = [hint !== undefined && `${name}-hint`, problem && problemIdOf(name)].filter(Boolean).join(' ')
  return html`<label for="${name}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>\n`}${
  problem && html`<p class="field-problem" id="${problemIdOf(name)}">${problem.text}</p>\n`
}<select id="${name}" name="${name}" autocomplete="${autocomplete}"${!isOptional && html` required`}${
    describedBy !== '' && html` aria-describedby="${describedBy}"`
  }${problem && html` aria-invalid="true"`}>
${options.map((one) => html`<option value="${one.value}"${one.value === value && html` selected`}>${one.label}</option>\n`)}</select>
`
}
