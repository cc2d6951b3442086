// The page that asks whether a provider is to be linked.

import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { appHead } from '../app-looks.ts'
import type { SignedInVisit } from '../visit.ts'

/** @param email the address that the provider vouched for */
export function linkPage({ pending, binding, session }: SignedInVisit, label: string, email: string): Page {
  return ({ federation }) => ({
    title: federation.link.title(label),
    body: html`${appHead(pending)}
<h1>${federation.link.title(label)}</h1>
<p>${federation.link.lead(label, email, session.accountName)}</p>
${form({ binding, action: 'link-provider' }, button(federation.link.button(label)))}
${form({ binding, action: 'link-provider/later' }, button(federation.link.later, 'plain'))}
${note(federation.link.note)}`,
  })
}
