// The page that the copy is downloaded from.
import { accountPage } from '../../pages/components/account-page.ts'
import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { actionOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toOverview } from '../sections.ts'

export function exportPage({ frame, binding }: SignedIn): Page {
  return (texts) => {
    const { account, deletion } = texts
    const content = html`<p>${deletion.exportLead}</p>
${form({ binding, action: actionOf(PATHS.export, {}) }, button(deletion.exportButton))}
${note(deletion.exportNote)}`
    return accountPage({ frame, heading: account.sections.export.title, back: toOverview(texts), content }, texts)
  }
}
