// The last question before something is done: what will be lost, the button that does it, and the way back.
import type { FormBinding } from '../../http/csrf.ts'
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'
import { type ButtonKind, button } from './button.ts'
import { form } from './form.ts'
import { list } from './list.ts'

export interface Confirmation {
  readonly binding: FormBinding
  readonly action: string
  /** The verb, and what it is done to: "Delete Acme Shop". */
  readonly label: string
  readonly kind?: ButtonKind
  /** Where "Cancel" leads. */
  readonly back: string
  /** Fields that have to be filled in. */
  readonly fields?: readonly Html[]
}

export function confirmForm(
  { binding, action, label, kind = 'main', back, fields = [] }: Confirmation,
  texts: Texts,
): Html {
  return html`${form({ binding, action }, ...fields, button(label, kind))}
<p class="cancel"><a class="action" href="${back}">${texts.cancel}</a></p>`
}

/** For what cannot be taken back. @param losses what will be gone, a line each */
export function dangerForm(losses: readonly (string | Html)[], confirmation: Confirmation, texts: Texts): Html {
  return html`<div class="losses">${list(losses)}</div>
${confirmForm({ kind: 'danger', ...confirmation }, texts)}`
}
