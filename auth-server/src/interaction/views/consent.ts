// The page that lists what an app wants to do.
import { html } from '../../http/html.ts'
import type { PendingRequest } from '../../store/authorization-requests.ts'
import type { ScopeOffer } from '../../store/clients.ts'
import { denyForm } from './deny-form.ts'
import type { Page } from './page.ts'

export const consentPage = ({
  pending,
  csrf,
  email,
  scopes,
}: Readonly<{ pending: PendingRequest; csrf: string; email: string; scopes: readonly ScopeOffer[] }>): Page => ({
  title: `Allow ${pending.applicationName}?`,
  body: html`<h1>Allow ${pending.applicationName}?</h1>
<p>You are signed in as <strong>${email}</strong>. <strong>${pending.applicationName}</strong> would like to use ${pending.apiName} for you:</p>
<ul>${scopes.map(({ name, description }) => html`<li>${description || name}</li>`)}</ul>
<form method="post" action="/interaction/${pending.id}/consent">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit">Allow</button>
</form>
<form method="post" action="/interaction/${pending.id}/switch">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit" class="quiet">Use another account</button>
</form>
${denyForm(pending, csrf)}`,
})
