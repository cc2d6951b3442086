// A field of a form with its label, tied to the problem that it may have; and the fields that nobody sees.
import { type Html, html } from '../html.ts'

export interface FormField {
  /** Its name in the form, and its id on the page. */
  readonly name: string
  readonly label: string
  readonly kind: keyof typeof KINDS
  readonly maxLength: number
  readonly value?: string
  readonly hasFocus?: boolean
  /** The id of the notice that says what is wrong with it. */
  readonly problemId?: string | undefined
}

// Of an address type="text": with "email" browsers refuse jürgen@… before anybody has asked us, and rewrite the domain.
const KINDS = {
  username: html`type="text" inputmode="email" enterkeyhint="next" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"`,
  password: html`type="password" enterkeyhint="go" autocomplete="current-password"`,
} as const

export function field({ name, label, kind, maxLength, value, hasFocus = false, problemId }: FormField): Html {
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" ${KINDS[kind]} required maxlength="${maxLength}"${value !== undefined && html` value="${value}"`}${hasFocus && html` autofocus`}${
    problemId !== undefined && html` aria-describedby="${problemId}" aria-invalid="true"`
  }>
`
}

/** Values that a form brings back as they are; undefined leaves one out. */
export function hiddenFields(values: Readonly<Record<string, string | undefined>>): Html[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : html`<input type="hidden" name="${name}" value="${value}">\n`,
  )
}
