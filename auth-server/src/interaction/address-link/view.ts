// The pages of the link that adds or confirms an address: the one that asks, and the one that says that it is done.
import type { FormBinding } from '../../http/csrf.ts'
import { button, linkButton } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
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

function questionOf({ address, accountAddress, isOwn }: AddressLink, { mailProof }: Texts) {
  const { addressLink, ownAddressLink } = mailProof
  if (isOwn) return { ...ownAddressLink, lead: ownAddressLink.lead(address) }
  const account = accountAddress === null ? undefined : hintOf(accountAddress)
  return { ...addressLink, lead: addressLink.lead(address, account) }
}

export function addressLinkPage(binding: FormBinding, link: AddressLink): Page {
  return (texts) => {
    const { title, lead, button: does } = questionOf(link, texts)
    return {
      title,
      body: html`<h1>${title}</h1>
<p>${lead}</p>
${form({ binding, action: ADD }, button(does))}
${note(texts.mailProof.addressLink.note)}`,
    }
  }
}

/** Of a browser in which the account is not signed in: nothing is added by it. */
export function addressElsewherePage(link: AddressLink): Page {
  return (texts) => {
    const { title, lead } = questionOf(link, texts)
    const { addressLink } = texts.mailProof
    return {
      title,
      body: html`<h1>${title}</h1>
<p>${lead}</p>
<p>${addressLink.elsewhere}</p>
${linkButton(texts.account.title, ACCOUNT_PATH)}
${note(addressLink.note)}`,
    }
  }
}

export function addressAddedPage({ address, isOwn }: AddressLink): Page {
  return ({ account, mailProof: { addressLink, ownAddressLink } }) => {
    const { doneTitle, done } = isOwn ? ownAddressLink : addressLink
    return {
      title: doneTitle,
      body: html`${signMark('good')}
<h1>${doneTitle}</h1>
<p>${done(address)}</p>
${linkButton(account.title, ACCOUNT_PATH)}`,
    }
  }
}
