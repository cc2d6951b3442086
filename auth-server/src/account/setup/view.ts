// The pages of the first administrator: who becomes it, what is next, and why not.
import type { SetupRefusal } from '../../identity/administrators.ts'
import type { RoleRefusal } from '../../identity/roles.ts'
import { PORTAL_PATH } from '../../interaction/paths.ts'
import { accountPage } from '../../pages/components/account-page.ts'
import { linkButton } from '../../pages/components/button.ts'
import { confirmForm } from '../../pages/components/confirm.ts'
import { list } from '../../pages/components/list.ts'
import { signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toOverview } from '../sections.ts'

/** To whoever is not signed in yet. */
export const beforeSignInPage: Page = ({ setup }) => ({
  title: setup.title,
  body: html`<h1>${setup.title}</h1>
<p>${setup.before}</p>
${list(setup.effects)}
${linkButton(setup.signIn, hrefOf(PATHS.setup, {}))}`,
})

/** Who becomes it, before anything has happened. */
export function becomePage({ frame, binding, session }: SignedIn): Page {
  return (texts) => {
    const { setup } = texts
    const confirmation = {
      binding,
      action: actionOf(PATHS.setup, {}),
      label: setup.button,
      back: hrefOf(PATHS.overview, {}),
    }
    const content = html`<p>${setup.lead(session.accountName)}</p>
${list(setup.effects)}
${confirmForm(confirmation, texts)}
${note(setup.note)}`
    return accountPage({ frame, heading: setup.title, back: toOverview(texts), content }, texts)
  }
}

/** To an administrator: what this session still lacks to act as one. */
export function administratorPage({ frame, session }: SignedIn, lacks: RoleRefusal | undefined): Page {
  return (texts) => {
    const { setup } = texts
    const hasFactor = session.factors.length > 0
    const content = html`<p>${lacks === undefined ? setup.ready : setup.next}</p>
${lacks !== undefined && list([...(hasFactor ? [] : [setup.setUpFactor]), setup.signInAgain])}
${hasFactor ? linkButton(texts.portal.toPortal, PORTAL_PATH) : linkButton(setup.toSecurity, hrefOf(PATHS.authenticatorApp, {}))}`
    return accountPage({ frame, heading: setup.doneTitle, back: toOverview(texts), content }, texts)
  }
}

/** To somebody signed in. */
export function refusedPage({ frame }: SignedIn, why: SetupRefusal): Page {
  return (texts) => {
    const { title: heading, text } = texts.setup.refusals[why]
    return accountPage({ frame, heading, back: toOverview(texts), content: html`<p>${text}</p>` }, texts)
  }
}

/** To anybody who opens the link. */
export function refusedSetupPage(why: SetupRefusal): Page {
  return ({ setup }) => {
    const { title, text } = setup.refusals[why]
    return {
      title,
      body: html`${signMark('warn')}
<h1>${title}</h1>
<p>${text}</p>`,
    }
  }
}
