// The page that offers a passkey.

import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { note, problemNotice } from '../../pages/components/notice.ts'
import { passkeyForm } from '../../pages/components/passkey-form.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { appHead } from '../app-looks.ts'
import type { SignedInVisit } from '../visit.ts'

/** @param problem why the last one was not kept */
export function addPasskeyPage({
  pending,
  binding,
  problem,
}: Pick<SignedInVisit, 'pending' | 'binding'> & Readonly<{ problem?: keyof Texts['passkeys']['notKept'] }>): Page {
  return (texts) => {
    const { passkeys } = texts
    return {
      title: passkeys.offer.title,
      body: html`${appHead(pending)}
<h1>${passkeys.offer.title}</h1>
<p>${passkeys.offer.lead}</p>
${problem && problemNotice('problem', passkeys.notKept[problem])}
${passkeyForm({ binding, action: 'add-passkey', ceremony: 'create', byItself: true }, texts, button(passkeys.add))}
${form({ binding, action: 'add-passkey/later' }, button(passkeys.offer.later, 'plain'))}
${note(passkeys.offer.note)}`,
    }
  }
}
