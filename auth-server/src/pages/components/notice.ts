// What a page has to say beside its text: what happened, what went wrong, what is good to know, and what only developers can use.
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'

/** Announced by screen readers when the page comes; fields point at it by its id. */
export function problemNotice(id: string, text: string): Html {
  return html`<p class="problem" id="${id}" role="alert">${text}</p>`
}

/** `good`: it is done; `warn`: look at this; `bad`: it did not work. */
export type NoticeKind = 'good' | 'warn' | 'bad'

/** What has just happened, at the top of main. */
export function notice(kind: NoticeKind, text: string | Html): Html {
  return html`<p class="notice ${kind}" role="${kind === 'bad' ? 'alert' : 'status'}">${text}</p>`
}

/** What is wrong with one field. */
export interface FieldProblem {
  /** The field's id, which is its name. */
  readonly field: string
  readonly text: string
}

/** The id of the words about a field that stand beside it; the field points at them. */
export function problemIdOf(field: string): string {
  return `${field}-problem`
}

/** All that is wrong with a form, above it, each line leading to its field; nothing where nothing is. */
export function problemSummary(problems: readonly FieldProblem[], { account }: Texts): Html | undefined {
  if (problems.length === 0) return undefined
  return html`<div class="problem" role="alert">
<h2>${account.parts.problems(problems.length)}</h2>
<ul>${problems.map(({ field, text }) => html`<li><a href="#${field}">${text}</a></li>`)}</ul>
</div>`
}

export function note(text: string | Html): Html {
  return html`<p class="note">${text}</p>`
}

/** @param text always English, as everything that we tell developers. @param evidence lines under a label, as they were sent */
export function developerNotice(
  label: string,
  text: string,
  evidence: readonly Readonly<{ label: string; values: readonly string[] }>[] = [],
): Html {
  const shown = evidence.map(
    ({ label, values }) => html`<h3>${label}</h3>
<ul>${values.map((value) => html`<li><code>${value}</code></li>`)}</ul>`,
  )
  return html`<div class="detail"><h2>${label}</h2><div lang="en"><p>${text}</p>${shown}</div></div>`
}
