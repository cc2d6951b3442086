// The login page.

import { appMark } from '../../pages/app-mark.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import { denyForm, opensNote } from '../ended/ways-out.ts'

/** @param email what the e-mail field starts with; the password field has the focus when it is known. */
export function loginPage({
  pending,
  csrf,
  email,
  problem,
}: Readonly<{ pending: PendingRequest; csrf: string; email: string; problem?: string }>): Page {
  // Both fields point at the problem, which a screen reader then reads with the focused one; we never say which is wrong.
  const wrong = problem !== undefined && html` aria-describedby="problem" aria-invalid="true"`
  const focus = html` autofocus`
  // type="text": with "email" browsers refuse jürgen@… before anybody has asked us, and rewrite the domain.
  return {
    title: problem === undefined ? 'Sign in' : 'Sign in: try again',
    body: html`${appMark(pending.applicationName)}
<h1>Sign in</h1>
<p>to continue to <strong>${pending.applicationName}</strong></p>
${problem !== undefined && html`<p class="problem" id="problem" role="alert">${problem}</p>`}
<form method="post" action="/interaction/${pending.id}/login">
<input type="hidden" name="csrf" value="${csrf}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="text" inputmode="email" enterkeyhint="next" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required maxlength="254" value="${email}"${email === '' && focus}${wrong}>
<label for="password">Password</label>
<input id="password" name="password" type="password" enterkeyhint="go" autocomplete="current-password" required maxlength="1024"${email !== '' && focus}${wrong}>
<button type="submit">Sign in</button>
</form>
${denyForm(pending, csrf)}
${opensNote(pending)}
<p class="note">The app does not see your password.</p>`,
  }
}
