// The page that asks a signed-in person before an app gets in.

import { appMark } from '../../pages/app-mark.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { denyForm, opensNote, switchForm } from '../ended/ways-out.ts'

export function continuePage({
  pending,
  csrf,
  session,
}: Readonly<{ pending: PendingRequest; csrf: string; session: Session }>): Page {
  return {
    title: `Continue to ${pending.applicationName}?`,
    body: html`${appMark(pending.applicationName)}
<h1>Continue to ${pending.applicationName}?</h1>
<p>Continue only if you just opened the app yourself.</p>
<form method="post" action="/interaction/${pending.id}/continue">
<input type="hidden" name="csrf" value="${csrf}">
<input type="hidden" name="session" value="${session.id}">
<button type="submit">Continue as ${session.email}</button>
</form>
${switchForm(pending, csrf)}
${denyForm(pending, csrf)}
${opensNote(pending)}`,
  }
}
