// The page that lists what an app wants to do.

import { isOpenIdScope } from '../../catalogue/openid-scopes.ts'
import { sha256 } from '../../crypto/digest.ts'
import type { FormBinding } from '../../http/csrf.ts'
import { button } from '../../pages/components/button.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { list } from '../../pages/components/list.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { ScopeOffer } from '../../store/tables/api-scopes.ts'
import type { PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import type { KnownDevice } from '../../store/tables/device-keys.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { appHead, appLinks, appNameOf } from '../app-looks.ts'
import { denyForm, opensNote, switchForm } from '../ended/ways-out.ts'
import { mergeNote } from '../guest/view.ts'
import { claimsBeside } from './open-scopes.ts'

/** What the app asks for, in words. @param scopes of the API, in its own words */
function wishesOf({ request }: PendingAppVisit, scopes: readonly ScopeOffer[], texts: Texts): readonly string[] {
  return [
    ...request.scopes.filter(isOpenIdScope).map((scope) => texts.consent.openIdScopes[scope]),
    ...new Set(claimsBeside(request).map((claim) => texts.claims.toSee[claim])),
    ...scopes.map(({ name, description }) => description || name),
  ]
}

/** The field that says which words stood on the page. */
export const WORDS = 'words'

/** Tells these words of the page from all others, for those who ask later what somebody has said yes to. */
export function consentTextVersion(pending: PendingAppVisit, scopes: readonly ScopeOffer[], texts: Texts): string {
  const { title, lead, button } = texts.consent
  const { apiName } = pending.app
  const words = [title(appNameOf(pending)), lead(apiName, '').toString(), ...wishesOf(pending, scopes, texts), button]
  return sha256(JSON.stringify(words)).slice(0, 12)
}

/** @param scopes of the API, in its own words. */
export function consentPage({
  pending,
  binding,
  session,
  scopes,
  guest,
}: Readonly<{
  pending: PendingAppVisit
  binding: FormBinding
  session: Session
  scopes: readonly ScopeOffer[]
  /** The device of a guest who becomes part of the account. */
  guest: KnownDevice | undefined
}>): Page {
  return (texts) => {
    const { title, lead, button: allow } = texts.consent
    const heading = title(appNameOf(pending))
    const wishes = wishesOf(pending, scopes, texts)
    const words = html`${hiddenFields({ [WORDS]: consentTextVersion(pending, scopes, texts) })}`
    return {
      title: heading,
      body: html`${appHead(pending)}
<h1>${heading}</h1>
<p>${lead(pending.app.apiName, session.accountName)}${wishes.length > 0 ? ':' : '.'}</p>
${wishes.length > 0 && list(wishes)}
${mergeNote(guest, texts)}
${form({ binding, action: 'consent' }, words, button(allow))}
${switchForm(binding, texts)}
${denyForm(binding, texts)}
${opensNote(pending, texts)}
${appLinks(pending, texts)}`,
    }
  }
}
