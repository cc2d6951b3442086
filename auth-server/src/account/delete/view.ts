// The pages about deleting an account.
import { accountPage } from '../../pages/components/account-page.ts'
import { button, linkButton } from '../../pages/components/button.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { type Form, form } from '../../pages/components/form.ts'
import { list } from '../../pages/components/list.ts'
import { signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Access } from '../../store/queries/access.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toOverview } from '../sections.ts'

/** Whether a mail comes by which it can be taken back. */
interface ByMail {
  readonly isMailed: boolean
}

/** For anybody: what happens, and the way there. */
export function aboutDeletionPage({ isMailed }: ByMail): Page {
  return ({ deletion }) => ({
    title: deletion.aboutTitle,
    body: html`<h1>${deletion.aboutTitle}</h1>
<p>${deletion.aboutLead}</p>
${list([...deletion.effects, ...(isMailed ? [deletion.kept] : [])])}
${linkButton(deletion.signInToDelete, hrefOf(PATHS.delete, {}))}
${isMailed && note(deletion.lostPassword)}`,
  })
}

/** For its person: what will be lost, by name. */
export function deletePage(
  { frame, binding }: SignedIn,
  { access, owned, isMailed }: Readonly<{ access: readonly Access[]; owned: readonly string[] }> & ByMail,
): Page {
  return (texts) => {
    const { deletion } = texts
    const apps = [...new Set(access.map(({ applicationName }) => deletion.losesApp(applicationName)))]
    const confirmation = {
      binding,
      action: actionOf(PATHS.delete, {}),
      label: deletion.button,
      back: hrefOf(PATHS.overview, {}),
    }
    const content = html`<p>${deletion.lead}</p>
${dangerForm([...owned.map(deletion.losesOwner), ...apps, ...deletion.effects], confirmation, texts)}
${isMailed && note(deletion.kept)}`
    return accountPage({ frame, heading: deletion.title, back: toOverview(texts), content }, texts)
  }
}

/** Nobody would be left to administer. */
export function lastAdministratorPage({ frame }: SignedIn): Page {
  return (texts) => {
    const { lastAdministratorTitle: heading, lastAdministrator } = texts.deletion
    return accountPage({ frame, heading, back: toOverview(texts), content: html`<p>${lastAdministrator}</p>` }, texts)
  }
}

export function deletedPage({ isMailed }: ByMail): Page {
  return ({ deletion }) => ({
    title: deletion.deletedTitle,
    body: html`${signMark('good')}
<h1>${deletion.deletedTitle}</h1>
<p>${deletion.deleted}</p>
${isMailed && note(deletion.kept)}`,
  })
}

/** Behind the link in the mail: nothing has happened yet. */
export function keepPage(keep: Form): Page {
  return ({ deletion }) => ({
    title: deletion.keepTitle,
    body: html`<h1>${deletion.keepTitle}</h1>
<p>${deletion.keepLead}</p>
${form(keep, button(deletion.keep))}
${note(deletion.keepNote)}`,
  })
}

export const keptPage: Page = ({ deletion }) => ({
  title: deletion.keptTitle,
  body: html`${signMark('good')}
<h1>${deletion.keptTitle}</h1>
<p>${deletion.keptLead}</p>
${note(deletion.notYou)}`,
})

export const nothingToKeepPage: Page = ({ deletion }) => ({
  title: deletion.nothingToKeepTitle,
  body: html`${signMark('warn')}
<h1>${deletion.nothingToKeepTitle}</h1>
<p>${deletion.nothingToKeep}</p>`,
})
