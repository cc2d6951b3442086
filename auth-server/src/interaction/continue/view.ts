// The page that asks a signed-in person before an app gets in.
import type { FormBinding } from '../../http/csrf.ts'
import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import type { KnownDevice } from '../../store/tables/device-keys.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { appHead, appNameOf } from '../app-looks.ts'
import { denyForm, opensNote, switchForm } from '../ended/ways-out.ts'
import { mergeNote } from '../guest/view.ts'

export function continuePage({
  pending,
  binding,
  session,
  guest,
}: Readonly<{
  pending: PendingAppVisit
  binding: FormBinding
  session: Session
  /** The device of a guest who becomes part of the account. */
  guest: KnownDevice | undefined
}>): Page {
  return (texts) => {
    const heading = texts.continue.title(appNameOf(pending))
    return {
      title: heading,
      body: html`${appHead(pending)}
<h1>${heading}</h1>
<p>${texts.continue.lead}</p>
${mergeNote(guest, texts)}
${form({ binding, action: 'continue' }, button(texts.continue.button(session.accountName)))}
${switchForm(binding, texts)}
${denyForm(binding, texts)}
${opensNote(pending, texts)}`,
    }
  }
}
