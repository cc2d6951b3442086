// The pages about e-mail addresses.
import { accountPage } from '../../../pages/components/account-page.ts'
import { actionLink, button, linkButton } from '../../../pages/components/button.ts'
import { dangerForm } from '../../../pages/components/confirm.ts'
import { form } from '../../../pages/components/form.ts'
import { note } from '../../../pages/components/notice.ts'
import { rows } from '../../../pages/components/rows.ts'
import { dayOf } from '../../../pages/components/time.ts'
import type { Page } from '../../../pages/frame.ts'
import { type Html, html } from '../../../pages/html.ts'
import type { Texts } from '../../../pages/locales/en.ts'
import type { OwnAddress } from '../../../store/tables/email-addresses.ts'
import { actionOf, hrefOf, PATHS } from '../../paths.ts'
import type { SignedIn } from '../../route.ts'
import { toSection } from '../../sections.ts'

function stateOf({ proof, provenAt, isPrimary }: OwnAddress, texts: Texts): Html {
  const { addresses } = texts.account
  const isProven = provenAt !== null && proof !== 'imported'
  const proven = isProven ? addresses.confirmedOn(dayOf(provenAt, texts)) : addresses.unconfirmed
  return html`${isPrimary && `${addresses.primary} · `}${proven}`
}

/** @param idOf what an address is called in the addresses of pages */
export function addressesPage(
  { frame, news }: SignedIn,
  {
    addresses,
    canAdd,
    idOf,
  }: Readonly<{ addresses: readonly OwnAddress[]; canAdd: boolean; idOf: (key: string) => string }>,
): Page {
  return (texts) => {
    const { title, lead, add } = texts.account.addresses
    const content = html`<p>${lead}</p>
${rows(
  addresses.map((one) => ({
    title: one.address,
    href: hrefOf(PATHS.address, { address: idOf(one.key) }),
    detail: stateOf(one, texts),
  })),
)}
${canAdd && linkButton(add, hrefOf(PATHS.addressAdd, {}))}`
    return accountPage(
      { frame, heading: title, back: toSection('security', texts), notice: news(texts), content },
      texts,
    )
  }
}

export function toAddresses({ account }: Texts) {
  return { label: account.addresses.title, href: hrefOf(PATHS.addresses, {}) }
}

export function addressPage({ frame, binding }: SignedIn, one: OwnAddress, id: string): Page {
  return (texts) => {
    const { addresses } = texts.account
    const primary = html`${form({ binding, action: actionOf(PATHS.addressPrimary, { address: id }) }, button(addresses.makePrimary))}
${note(addresses.makePrimaryNote)}`
    const content = html`<p>${stateOf(one, texts)}</p>
${one.proof === 'imported' && note(addresses.imported)}
${one.isPrimary && html`<p>${addresses.isPrimary}</p>`}
${!one.isPrimary && one.provenAt !== null && primary}
${!one.isPrimary && html`<p>${actionLink(addresses.remove, hrefOf(PATHS.addressRemove, { address: id }), one.address)}</p>`}`
    return accountPage({ frame, heading: one.address, back: toAddresses(texts), content }, texts)
  }
}

export function addressRemovePage({ frame, binding }: SignedIn, { address }: OwnAddress, id: string): Page {
  return (texts) => {
    const { addresses } = texts.account
    const confirmation = {
      binding,
      action: actionOf(PATHS.addressRemove, { address: id }),
      label: addresses.removeButton(address),
      back: hrefOf(PATHS.address, { address: id }),
    }
    const content = html`<p>${addresses.removeLead(address)}</p>
${dangerForm(addresses.removeEffects, confirmation, texts)}`
    return accountPage({ frame, heading: addresses.removeTitle, back: toAddresses(texts), content }, texts)
  }
}
