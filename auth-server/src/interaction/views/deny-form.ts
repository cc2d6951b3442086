// The Cancel button that each page carries.
import { type Html, html } from '../../http/html.ts'
import type { PendingRequest } from '../../store/authorization-requests.ts'

export const denyForm = (
  pending: PendingRequest,
  csrf: string,
): Html => html`<form method="post" action="/interaction/${pending.id}/deny">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit" class="quiet">Cancel</button>
</form>`
