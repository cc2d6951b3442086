// The page that asks a signed-in person before an app gets in.
import { html } from '../../http/html.ts'
import type { PendingRequest } from '../../store/authorization-requests.ts'
import { denyForm } from './deny-form.ts'
import type { Page } from './page.ts'

export const continuePage = ({
  pending,
  csrf,
  email,
}: Readonly<{ pending: PendingRequest; csrf: string; email: string }>): Page => ({
  title: `Continue to ${pending.applicationName}`,
  body: html`<h1>Continue to ${pending.applicationName}?</h1>
<p>You are signed in as <strong>${email}</strong>. Continue only if you just opened ${pending.applicationName} yourself.</p>
<form method="post" action="/interaction/${pending.id}/continue">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit">Continue as ${email}</button>
</form>
<form method="post" action="/interaction/${pending.id}/switch">
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit" class="quiet">Use another account</button>
</form>
${denyForm(pending, csrf)}`,
})
