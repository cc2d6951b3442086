// The page that asks a signed-in person before an app gets in.
import type { FormBinding } from '../../http/csrf.ts'
import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { appMark } from '../../pages/components/mark.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { denyForm, opensNote, switchForm } from '../ended/ways-out.ts'

export function continuePage({
  pending,
  binding,
  session,
}: Readonly<{ pending: PendingAppVisit; binding: FormBinding; session: Session }>): Page {
  return (texts) => {
    const heading = texts.continue.title(pending.app.name)
    return {
      title: heading,
      body: html`${appMark(pending.app.name)}
<h1>${heading}</h1>
<p>${texts.continue.lead}</p>
${form({ binding, action: 'continue' }, button(texts.continue.button(session.accountName)))}
${switchForm(binding, texts)}
${denyForm(binding, texts)}
${opensNote(pending, texts)}`,
    }
  }
}
