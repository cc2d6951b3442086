// The two ways out that pages offer: Cancel, back to the app without a code, and another account; and what the way on opens.
import { redirectKind } from '../../catalogue/redirect-uri.ts'
import { type Html, html } from '../../pages/html.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'

export function denyForm(pending: PendingRequest, csrf: string): Html {
  return html`<form method="post" action="/interaction/${pending.id}/deny">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit" class="plain">Cancel</button>
</form>`
}

export function switchForm(pending: PendingRequest, csrf: string): Html {
  return html`<form method="post" action="/interaction/${pending.id}/switch">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit" class="quiet">Use another account</button>
</form>`
}

/** Says what the last step opens, for no browser says so when it cannot; pressing again then leads to a page that explains. */
export function opensNote({ request, applicationName }: PendingRequest): Html | undefined {
  return redirectKind(request.redirectUri) === 'private-use'
    ? html`<p class="note">This opens <strong>${applicationName}</strong>. If nothing opens, press the button again.</p>`
    : undefined
}
