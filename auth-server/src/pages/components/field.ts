// A field of a form with its label, its hint and the problem that it may have; and the fields that nobody sees.
import { type Html, html } from '../html.ts'
import { type FieldProblem, problemIdOf } from './notice.ts'

export interface FormField {
  /** Its name in the form, and its id on the page. */
  readonly name: string
  readonly label: string
  readonly kind: keyof typeof KINDS
  readonly maxLength: number
  readonly value?: string
  readonly hasFocus?: boolean
  /** Is shown, and cannot be changed. */
  readonly isFixed?: boolean
  /** May stay empty. */
  readonly isOptional?: boolean
  /** What to know before filling it in. */
  readonly hint?: string | undefined
  /** The id of the notice that says what is wrong with it. */
  readonly problemId?: string | undefined
  /** What is wrong with the form; what is wrong with this field stands above it. */
  readonly problems?: readonly FieldProblem[]
  /** What browsers fill in (HTML §4.10.18.7), of a kind that leaves it open. */
  readonly autocomplete?: string
}

// Of an address type="text": with "email" browsers refuse jürgen@… before anybody has asked us, and rewrite the domain.
const AS_TYPED = html`autocapitalize="none" autocorrect="off" spellcheck="false"`

const KINDS = {
  username: html`type="text" inputmode="email" enterkeyhint="next" autocomplete="username" ${AS_TYPED}`,
  // The browser offers passkeys in its list (WebAuthn Level 3 §5.1.4), where the page has a form that one fills in.
  'username or passkey': html`type="text" inputmode="email" enterkeyhint="next" autocomplete="username webauthn" ${AS_TYPED}`,
  email: html`type="text" inputmode="email" autocomplete="email" ${AS_TYPED}`,
  password: html`type="password" enterkeyhint="go" autocomplete="current-password"`,
  'new password': html`type="password" autocomplete="new-password"`,
  name: html`type="text" autocomplete="name"`,
  code: html`type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false"`,
  text: html`type="text" autocomplete="off"`,
  // What fills these in, the field says.
  line: html`type="text"`,
  url: html`type="text" inputmode="url" ${AS_TYPED}`,
  phone: html`type="tel"`,
  date: html`type="date"`,
  number: html`type="text" inputmode="numeric"`,
} as const

export function field({
  name,
  label,
  kind,
  maxLength,
  value,
  hasFocus = false,
  isFixed = false,
  isOptional = false,
  hint,
  problemId,
  problems = [],
  autocomplete,
}: FormField): Html {
  const problem = problems.find(({ field }) => field === name)
  const ownProblemId = problem ? problemIdOf(name) : problemId
  const hintId = hint === undefined ? undefined : `${name}-hint`
  const describedBy = [hintId, ownProblemId].filter((id) => id !== undefined).join(' ')
  return html`<label for="${name}">${label}</label>
${hint !== undefined && html`<p class="hint" id="${hintId}">${hint}</p>\n`}${
  problem && html`<p class="field-problem" id="${ownProblemId}">${problem.text}</p>\n`
}<input id="${name}" name="${name}" ${KINDS[kind]}${autocomplete !== undefined && html` autocomplete="${autocomplete}"`}${!isOptional && html` required`}${isFixed && html` readonly`} maxlength="${maxLength}"${
    value !== undefined && html` value="${value}"`
  }${hasFocus && html` autofocus`}${describedBy !== '' && html` aria-describedby="${describedBy}"`}${
    ownProblemId !== undefined && html` aria-invalid="true"`
  }>
`
}

/** A file to be chosen. @param accept the kinds of files that are offered; others can be chosen all the same */
export function fileField({
  name,
  label,
  hint,
  accept,
}: Pick<FormField, 'name' | 'label'> & Readonly<{ hint: string; accept: string }>): Html {
  return html`<label for="${name}">${label}</label>
<p class="hint" id="${name}-hint">${hint}</p>
<input type="file" id="${name}" name="${name}" accept="${accept}" required aria-describedby="${name}-hint">
`
}

/** Values that a form brings back as they are; undefined leaves one out. */
export function hiddenFields(values: Readonly<Record<string, string | undefined>>): Html[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : html`<input type="hidden" name="${name}" value="${value}">\n`,
  )
}
