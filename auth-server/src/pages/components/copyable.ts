// Codes with a button that copies them (assets/copy.js); without script they can be selected.
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'
import { PageScript } from '../page-script.ts'

/** @param content has what is copied in `<code>` @param about what that is, where a page has several; read by screen readers alone */
export function copyable(content: Html, { account }: Texts, about?: string): Html {
  const { copy, copied } = account.parts
  return html`<div data-copy>${content}
<button type="button" class="quiet" data-copied="${copied}"${about !== undefined && html` aria-label="${copy}: ${about}"`} hidden>${copy}</button>
<p class="copied" role="status"></p>
</div>`.running(PageScript.all.copy)
}
