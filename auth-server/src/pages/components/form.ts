// The one form there is: with the token of its browser and page in it, and its way out in the policy of the page that it is on.
import type { FormBinding } from '../../http/csrf.ts'
import { type Html, html } from '../html.ts'
import { hiddenFields } from './field.ts'

export interface Form {
  /** Whose form it is; only http/csrf.ts makes one. */
  readonly binding: FormBinding
  /** What it does: the last part of the address that it is posted to. */
  readonly action: string
}

export function form({ binding, action }: Form, ...content: readonly Html[]): Html {
  return html`<form method="post" action="${binding.path}/${action}">
${hiddenFields(binding.hidden)}${content}
</form>`.leadingTo('self', ...binding.leadsTo)
}
