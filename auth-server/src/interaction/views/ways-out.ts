// The two ways out that pages offer: Cancel, back to the app without a code, and another account.
import { type Html, html } from '../../http/html.ts'
import type { PendingRequest } from '../../store/authorization-requests.ts'

export const denyForm = (
  pending: PendingRequest,
  csrf: string,
): Html => html`<form method="post" action="/interaction/${pending.id}/deny">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit" class="plain">Cancel</button>
</form>`

export const switchForm = (
  pending: PendingRequest,
  csrf: string,
): Html => html`<form method="post" action="/interaction/${pending.id}/switch">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit" class="quiet">Use another account</button>
</form>`
