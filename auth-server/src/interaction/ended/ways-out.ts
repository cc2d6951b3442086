// The two ways out that pages offer: Cancel, back to the app without a code, and another account; and what the way on opens.

import { redirectKind } from '../../catalogue/redirect-uri.ts'
import type { FormBinding } from '../../http/csrf.ts'
import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import type { Html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import { appNameOf } from '../app-looks.ts'

export function denyForm(binding: FormBinding, texts: Texts): Html {
  return form({ binding, action: 'deny' }, button(texts.cancel, 'plain'))
}

export function switchForm(binding: FormBinding, texts: Texts): Html {
  return form({ binding, action: 'switch' }, button(texts.useAnotherAccount, 'quiet'))
}

/** Says what the last step opens, for no browser says so when it cannot; pressing again then leads to a page that explains. */
export function opensNote(pending: PendingRequest, texts: Texts): Html | undefined {
  const isPrivateUse = pending.app && redirectKind(pending.request.redirectUri) === 'private-use'
  return isPrivateUse ? note(texts.opens(appNameOf(pending))) : undefined
}
