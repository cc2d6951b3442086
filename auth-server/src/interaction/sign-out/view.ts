// The page that asks before a person is signed out, and the one that says it is done.

import { appMark } from '../../pages/app-mark.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Client } from '../../store/tables/clients.ts'
import type { LogoutTarget } from './target.ts'

function hidden(name: string, value: string | undefined) {
  return value !== undefined && html`<input type="hidden" name="${name}" value="${value}">\n`
}

/** @param client the app that asks, if it is known; @param target where the browser goes afterwards. */
export function logoutPage({
  csrf,
  email,
  client,
  target,
}: Readonly<{
  csrf: string
  email: string
  client: Client | undefined
  target: LogoutTarget | undefined
}>): Page {
  return {
    title: 'Sign out?',
    body: html`${client && appMark(client.name)}
<h1>Sign out?</h1>
<p>${client ? html`<strong>${client.name}</strong> asks to sign you out. ` : ''}You are signed in as <strong>${email}</strong>.</p>
<form method="post" action="/interaction/logout">
<input type="hidden" name="csrf" value="${csrf}">
${hidden('client_id', target?.clientId)}${hidden('post_logout_redirect_uri', target?.redirectUri)}${hidden('state', target?.state)}<button type="submit">Sign out</button>
</form>
<p class="note">Apps that you opened with this sign-in are signed out as well. To stay signed in, close this page.</p>`,
  }
}

export const signedOutPage: Page = {
  title: 'You are signed out',
  body: html`<div class="mark" aria-hidden="true">✓</div>
<h1>You are signed out</h1>
<p>You can close this page.</p>`,
}
