// The page that lists what an app wants to do.

import { appMark } from '../../pages/app-mark.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import type { ScopeOffer } from '../../store/tables/clients.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { denyForm, opensNote, switchForm } from '../ended/ways-out.ts'

export function consentPage({
  pending,
  csrf,
  session,
  scopes,
}: Readonly<{ pending: PendingRequest; csrf: string; session: Session; scopes: readonly ScopeOffer[] }>): Page {
  return {
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
  }
}
