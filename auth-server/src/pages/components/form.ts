// The forms there are: one that does something, with the token of its browser and page in it, and its way out in the policy of the page that it is on; and one that only looks for something.
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

/** One that brings a file; its route says that it takes one. */
export function uploadForm({ binding, action }: Form, ...content: readonly Html[]): Html {
  return html`<form method="post" enctype="multipart/form-data" action="${binding.path}/${action}">
${hiddenFields(binding.hidden)}${content}
</form>`.leadingTo('self', ...binding.leadsTo)
}

/** One that only asks: what is looked for stands in the address, which can be kept and sent to somebody. */
export function searchForm(href: string, ...content: readonly Html[]): Html {
  return html`<form class="search" method="get" action="${href}">
${content}
</form>`.leadingTo('self')
}
