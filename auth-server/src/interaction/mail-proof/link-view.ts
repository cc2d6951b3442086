// The pages that the link of a mail opens: the one that asks before anything happens, its end in another browser, and its end at all.
import type { FormBinding } from '../../http/csrf.ts'
import { button, linkButton } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { appMark, signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { VisitPurpose } from '../../store/mail-purpose.ts'
import type { LinkedProof } from '../../store/queries/address-proofs.ts'
import { ACCOUNT_PATH } from '../paths.ts'

/** What its form does. */
export const PROVE = 'prove'

/** Opened by a person, or by a program that looks at mails: so it changes nothing. */
export function confirmPage(binding: FormBinding, { purpose, address, app }: LinkedProof): Page {
  return ({ mailProof: { confirm } }) => ({
    title: confirm[purpose].title,
    body: html`${app !== null && appMark(app.name)}
<h1>${confirm[purpose].title}</h1>
<p>${confirm.lead(address)}</p>
${form({ binding, action: PROVE }, button(confirm[purpose].button))}
${note(confirm.note)}`,
  })
}

/** It was done in another browser than the one that waits. */
export function provenElsewherePage(purpose: VisitPurpose, appName: string | undefined): Page {
  return ({ mailProof: { done } }) => ({
    title: done[purpose].title,
    body: html`${signMark('good')}
<h1>${done[purpose].title}</h1>
<p>${done[purpose].text} ${done.back(appName)}</p>`,
  })
}

/** Somebody who was invited began nowhere: their account is where they go on. */
export const acceptedPage: Page = ({ mailProof: { done, toAccount } }) => ({
  title: done['sign-up'].title,
  body: html`${signMark('good')}
<h1>${done['sign-up'].title}</h1>
<p>${done['sign-up'].text}</p>
${linkButton(toAccount, ACCOUNT_PATH)}`,
})

export const linkEndedPage: Page = ({ mailProof: { ended } }) => ({
  title: ended.title,
  body: html`${signMark('warn')}
<h1>${ended.title}</h1>
<p>${ended.text}</p>`,
})
