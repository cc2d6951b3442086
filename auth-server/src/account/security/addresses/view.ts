// The pages about e-mail addresses.
import { accountPage } from '../../../pages/components/account-page.ts'
import { actionLink, button, linkButton } from '../../../pages/components/button.ts'
import { dangerForm } from '../../../pages/components/confirm.ts'
import { hiddenFields } from '../../../pages/components/field.ts'
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
  const proven =
    provenAt !== null && proof === 'verified' ? addresses.confirmedOn(dayOf(provenAt, texts)) : addresses.unconfirmed
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

/** An address that somebody else has entered is theirs once they confirm it, by the mail that the form for a new one sends. */
function confirmation({ binding }: SignedIn, { address, proof }: OwnAddress, canConfirm: boolean, texts: Texts): Html {
  const { addresses } = texts.account
  const isImported = proof === 'imported'
  return html`<p>${isImported ? addresses.imported : addresses.assigned}</p>
${canConfirm && form({ binding, action: actionOf(PATHS.addressAdd, {}) }, ...hiddenFields({ email: address }), button(addresses.confirm))}
${isImported && note(canConfirm ? addresses.importedNote : addresses.importedUnavailable)}`
}

export function addressPage(
  me: SignedIn,
  one: OwnAddress,
  { id, canConfirm }: Readonly<{ id: string; canConfirm: boolean }>,
): Page {
  const { frame, binding } = me
  return (texts) => {
    const { addresses } = texts.account
    const primary = html`${form({ binding, action: actionOf(PATHS.addressPrimary, { address: id }) }, button(addresses.makePrimary))}
${note(addresses.makePrimaryNote)}`
    const content = html`<p>${stateOf(one, texts)}</p>
${one.isPrimary && html`<p>${addresses.isPrimary}</p>`}
${(one.proof === 'imported' || (one.proof === 'assigned' && canConfirm)) && confirmation(me, one, canConfirm, texts)}
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
