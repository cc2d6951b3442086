// Something that is so or not: a box to tick; and a question of which several answers can be ticked.
import { type Html, html } from '../html.ts'
import { type FieldProblem, problemIdOf } from './notice.ts'

export interface Check {
  /** Its name in the form, and its id on the page. */
  readonly name: string
  readonly label: string
  /** What is sent when it is ticked. */
  readonly value: string
  readonly isTicked: boolean
  /** Where what it says can be read. Not in its label, where a finger that misses would tick. */
  readonly link?: Readonly<{ label: string; href: string }>
}

function box({ name, label, value, isTicked }: Check, describedBy: string, isWrong: boolean): Html {
  return html`<label class="choice"><input type="checkbox" id="${name}" name="${name}" value="${value}"${isTicked && html` checked`}${
    describedBy !== '' && html` aria-describedby="${describedBy}"`
  }${isWrong && html` aria-invalid="true"`}> <span>${label}</span></label>
`
}

export function check(one: Check, hint: string | undefined, problems: readonly FieldProblem[]): Html {
  const problem = problems.find(({ field }) => field === one.name)
  const describedBy = [hint !== undefined && `${one.name}-hint`, problem && problemIdOf(one.name)].filter(Boolean)
  return html`<div class="check">${problem && html`<p class="field-problem" id="${problemIdOf(one.name)}">${problem.text}</p>\n`}${box(
    one,
    describedBy.join(' '),
    problem !== undefined,
  )}${hint !== undefined && html`<p class="hint" id="${one.name}-hint">${hint}</p>\n`}${
    one.link &&
    html`<a class="terms" href="${one.link.href}" target="_blank" rel="noopener" aria-label="${one.link.label}: ${one.label}">${one.link.label}</a>\n`
  }</div>
`
}

/** @param name which problems lead to, and is the id of the first one */
export function checks(
  { name, legend, hint }: Readonly<{ name: string; legend: string; hint: string | undefined }>,
  boxes: readonly Check[],
  problems: readonly FieldProblem[],
): Html {
  const problem = problems.find(({ field }) => field === name)
  return html`<fieldset id="${name}"${problem && html` aria-describedby="${problemIdOf(name)}"`}><legend>${legend}</legend>
${hint !== undefined && html`<p class="hint">${hint}</p>\n`}${
  problem && html`<p class="field-problem" id="${problemIdOf(name)}">${problem.text}</p>\n`
}${boxes.map((one) => box(one, '', problem !== undefined))}</fieldset>
`
}
