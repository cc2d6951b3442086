// The pages of the link that adds an address: the one that asks, and the one that says that it is done.
import type { FormBinding } from '../../http/csrf.ts'
import { button, linkButton } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { AddressLink } from '../../store/queries/add-address.ts'
import { ACCOUNT_PATH } from '../paths.ts'

/** What its form does. */
export const ADD = 'add'

/**
 * Enough of an address for whoever has it to know it. The mail may have gone to somebody else by mistake, whom it is none
 * of their business.
 */
function hintOf(address: string): string {
  const at = address.lastIndexOf('@')
  return `${[...address][0] ?? ''}…${address.slice(at)}`
}

export function addressLinkPage(binding: FormBinding, { address, accountAddress }: AddressLink): Page {
  return ({ mailProof: { addressLink } }) => ({
    title: addressLink.title,
    body: html`<h1>${addressLink.title}</h1>
<p>${addressLink.lead(address, accountAddress === null ? undefined : hintOf(accountAddress))}</p>
${form({ binding, action: ADD }, button(addressLink.button))}
${note(addressLink.note)}`,
  })
}

/** Of a browser in which the account is not signed in: nothing is added by it. */
export function addressElsewherePage({ address, accountAddress }: AddressLink): Page {
  return ({ account, mailProof: { addressLink } }) => ({
    title: addressLink.title,
    body: html`<h1>${addressLink.title}</h1>
<p>${addressLink.lead(address, accountAddress === null ? undefined : hintOf(accountAddress))}</p>
<p>${addressLink.elsewhere}</p>
${linkButton(account.title, ACCOUNT_PATH)}
${note(addressLink.note)}`,
  })
}

export function addressAddedPage({ address }: AddressLink): Page {
  return ({ account, mailProof: { addressLink } }) => ({
    title: addressLink.doneTitle,
    body: html`${signMark('good')}
<h1>${addressLink.doneTitle}</h1>
<p>${addressLink.done(address)}</p>
${linkButton(account.title, ACCOUNT_PATH)}`,
  })
}
