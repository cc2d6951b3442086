// The login page.
import { html } from '../../http/html.ts'
import type { PendingRequest } from '../../store/authorization-requests.ts'
import { denyForm } from './deny-form.ts'
import type { Page } from './page.ts'

export const loginPage = ({
  pending,
  csrf,
  email,
  problem,
}: Readonly<{ pending: PendingRequest; csrf: string; email: string; problem?: string }>): Page => ({
  title: problem ? 'Sign in: try again' : 'Sign in',
  body: html`<h1>Sign in</h1>
<p>to continue to <strong>${pending.applicationName}</strong></p>
${problem !== undefined && html`<p class="problem" id="problem" role="alert">${problem}</p>`}
<form method="post" action="/interaction/${pending.id}/login">
<input type="hidden" name="csrf" value="${csrf}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="254" value="${email}"${problem === undefined && !email && html` autofocus`}${problem !== undefined && html` aria-describedby="problem"`}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"${(problem !== undefined || email) && html` autofocus`}${problem !== undefined && html` aria-describedby="problem" aria-invalid="true"`}>
<button type="submit">Sign in</button>
</form>
${denyForm(pending, csrf)}`,
})
