// The page that asks before a person is signed out, and the one that says it is done.
import { ownName, shownName } from '../../catalogue/shown-name.ts'
import type { FormBinding } from '../../http/csrf.ts'
import { button, linkButton } from '../../pages/components/button.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { appMark, signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page, PageContent } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { Client } from '../../store/queries/clients.ts'
import { SIGN_OUT_PATH } from '../paths.ts'
import type { LogoutTarget } from './target.ts'

/** @param client the app that asks, if it is known; @param target where the browser goes afterwards. */
export function logoutPage({
  binding,
  accountName,
  client,
  target,
  uiLocales,
}: Readonly<{
  binding: FormBinding
  accountName: string
  client: Client | undefined
  target: LogoutTarget | undefined
  uiLocales: readonly string[]
}>): Page {
  const kept = {
    client_id: target?.clientId,
    post_logout_redirect_uri: target?.redirectUri,
    state: target?.state,
    ui_locales: uiLocales.length > 0 ? uiLocales.join(' ') : undefined,
  }
  return (texts) => {
    const { signOut } = texts
    const app = client && { ...client, name: ownName(client, texts) }
    return {
      title: signOut.title,
      body: html`${app && appMark(app.name)}
<h1>${signOut.title}</h1>
<p>${app && html`${signOut.asks(shownName(app, app.redirectUris))} `}${signOut.person(accountName)}</p>
${form({ binding, action: 'logout' }, ...hiddenFields(kept), button(signOut.button))}
${note(signOut.note)}`,
    }
  }
}

/** @param unreached the provider where the person may be signed in still */
export function signedOutPage(unreached?: string): Page {
  return ({ signOut }) => ({
    title: signOut.doneTitle,
    body: html`${signMark('good')}
<h1>${signOut.doneTitle}</h1>
${unreached !== undefined && html`<p>${signOut.unreached(unreached)}</p>`}
<p>${signOut.done}</p>`,
  })
}

/** For whoever comes back from a provider a second time, too late, or in another browser. */
export function signOutOverPage({ signOut }: Texts): PageContent {
  return {
    title: signOut.overTitle,
    body: html`${signMark('warn')}
<h1>${signOut.overTitle}</h1>
<p>${signOut.over}</p>
${linkButton(signOut.button, SIGN_OUT_PATH)}`,
  }
}
