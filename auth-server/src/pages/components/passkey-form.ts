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
}

/** Nothing shows where the browser knows no passkeys; without script, what to do. */
export function passkeyForm(
  { binding, action, ceremony, byItself = false }: PasskeyForm,
  { passkeys }: Texts,
  ...content: readonly Html[]
): Html {
  const problems = Object.entries(passkeys.problems).map(
    ([name, text]) => html`<p class="problem" role="alert" data-problem="${name}" hidden>${text}</p>\n`,
  )
  return html`<div data-passkey="${ceremony}" data-options="${binding.path}/${action}/options"${byItself && html` data-by-itself`} hidden>
${problems}${form({ binding, action }, ...hiddenFields({ credential: '', mediation: '' }), ...content)}
</div>
<noscript><p class="note">${passkeys.withoutScript}</p></noscript>`.running(PageScript.all.passkeys)
}
