// The page that lists what an app wants to do.
import { html } from '../../http/html.ts'
import type { PendingRequest } from '../../store/authorization-requests.ts'
import type { ScopeOffer } from '../../store/clients.ts'
import type { Session } from '../../store/sessions.ts'
import { appMark } from './app-mark.ts'
import type { Page } from './page.ts'
import { denyForm, opensNote, switchForm } from './ways-out.ts'

export const consentPage = ({
  pending,
  csrf,
  session,
  scopes,
}: Readonly<{ pending: PendingRequest; csrf: string; session: Session; scopes: readonly ScopeOffer[] }>): Page => ({
  title: `Allow ${pending.applicationName}?`,
  body: html`${appMark(pending.applicationName)}
<h1>Allow ${pending.applicationName}?</h1>
<p>The app asks to use <strong>${pending.apiName}</strong> in the name of <strong>${session.email}</strong>${scopes.length > 0 ? ':' : '.'}</p>
${scopes.length > 0 && html`<ul>${scopes.map(({ name, description }) => html`<li>${description || name}</li>`)}</ul>`}
<form method="post" action="/interaction/${pending.id}/consent">
<input type="hidden" name="csrf" value="${csrf}">
<input type="hidden" name="session" value="${session.id}">
<button type="submit">Allow</button>
</form>
${switchForm(pending, csrf)}
${denyForm(pending, csrf)}
${opensNote(pending)}`,
})
