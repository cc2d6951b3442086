// A form that a passkey fills in: the script of assets/passkeys.js asks the browser, and posts what it answers.
import type { FormBinding } from '../../http/csrf.ts'
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'
import { PageScript } from '../page-script.ts'
import { hiddenFields } from './field.ts'
import { form } from './form.ts'

/** The field in which the script says that the browser could make a passkey: `able`. */
export const PASSKEYS_FIELD = 'passkeys'

export interface PasskeyForm {
  readonly binding: FormBinding
  /** Where it is posted; below it, at `/options`, is what the browser is asked for. */
  readonly action: string
  /** Use a passkey, or make one. */
  readonly ceremony: 'get' | 'create'
  /** The browser may also offer it by itself: in the list of a `username or passkey` field, or after a password. */
  readonly byItself?: boolean
  /** What to say where the browser knows no passkeys. */
  readonly unable?: string
}

/** Nothing else shows where the browser knows no passkeys; without script, what to do. */
export function passkeyForm(
  { binding, action, ceremony, byItself = false, unable }: PasskeyForm,
  { passkeys }: Texts,
  ...content: readonly Html[]
): Html {
  const problems = Object.entries(passkeys.problems).map(
    ([name, text]) => html`<p class="problem" role="alert" data-problem="${name}" hidden>${text}</p>\n`,
  )
  return html`<div data-passkey="${ceremony}" data-options="${binding.path}/${action}/options"${byItself && html` data-by-itself`} hidden>
${problems}${form({ binding, action }, ...hiddenFields({ credential: '', mediation: '' }), ...content)}
</div>
${unable !== undefined && html`<p class="note" data-without-passkeys hidden>${unable}</p>\n`}<noscript><p class="note">${passkeys.withoutScript}</p></noscript>`.running(
    PageScript.all.passkeys,
  )
}

/** Tells the browser which passkeys there are, so that it offers no other. @param known JSON, as the browser takes it */
export function knownPasskeys(known: string): Html {
  return html`<div data-known-passkeys="${known}" hidden></div>`.running(PageScript.all.passkeys)
}
