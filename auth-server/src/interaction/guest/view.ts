// The page that says what becomes of a guest who makes an account, or signs in to one; and the words that repeat it.
import type { FormBinding } from '../../http/csrf.ts'
import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import type { KnownDevice } from '../../store/tables/device-keys.ts'
import { appHead, appNameOf } from '../app-looks.ts'
import { denyForm } from '../ended/ways-out.ts'

/** The form of who has an account already. */
export const HAS_ACCOUNT = 'guest/sign-in'

/** On a page that the person of the account says yes on; nothing where no guest is about to become part of it. */
export function mergeNote(device: KnownDevice | undefined, { guest }: Texts): Html | undefined {
  return device && note(guest.merges(device.name))
}

export function guestPage({
  binding,
  pending,
  deviceName,
  canSignUp,
}: Readonly<{
  binding: FormBinding
  pending: PendingAppVisit
  deviceName: string
  canSignUp: boolean
}>): Page {
  return (texts) => {
    const { guest } = texts
    const app = appNameOf(pending)
    return {
      title: guest.title(app),
      body: html`${appHead(pending)}
<h1>${guest.title(app)}</h1>
<p>${guest.lead(app, deviceName)}</p>
<p>${guest.onlyIf}</p>
${canSignUp && form({ binding, action: 'guest' }, button(guest.signUp))}
${form({ binding, action: HAS_ACCOUNT }, button(guest.signIn, canSignUp ? 'quiet' : undefined))}
${denyForm(binding, texts)}
${note(guest.signInNote(app))}`,
    }
  }
}
