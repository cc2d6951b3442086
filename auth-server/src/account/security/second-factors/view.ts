// The pages of the authenticator app and the recovery codes.
import type { TotpInvitation } from '../../../identity/second-factors/totp.ts'
import { PORTAL_PATH } from '../../../interaction/paths.ts'
import { accountPage } from '../../../pages/components/account-page.ts'
import { actionLink, button, linkButton, wayLink } from '../../../pages/components/button.ts'
import { dangerForm } from '../../../pages/components/confirm.ts'
import { copyable } from '../../../pages/components/copyable.ts'
import { field } from '../../../pages/components/field.ts'
import { form } from '../../../pages/components/form.ts'
import { problemSummary } from '../../../pages/components/notice.ts'
import { qrCode } from '../../../pages/components/qr.ts'
import { secretOnce } from '../../../pages/components/secret.ts'
import type { Page } from '../../../pages/frame.ts'
import { type Html, html } from '../../../pages/html.ts'
import type { Texts } from '../../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../../paths.ts'
import type { SignedIn } from '../../route.ts'
import { toSection } from '../../sections.ts'

function page({ frame, news }: SignedIn, heading: string, content: Html, texts: Texts) {
  return accountPage({ frame, heading, back: toSection('security', texts), notice: news(texts), content }, texts)
}

/** What it is, and the way to begin. @param hasOne whether one is set up */
export function authenticatorAppPage(me: SignedIn, hasOne: boolean): Page {
  return (texts) => {
    const { secondFactors } = texts.account
    const content = html`<p>${secondFactors.appLead}</p>
${hasOne && html`<p>${secondFactors.appReplaces}</p>\n`}${form(
  { binding: me.binding, action: actionOf(PATHS.authenticatorAppBegin, {}) },
  button(secondFactors.begin),
)}
${hasOne && html`<p>${actionLink(secondFactors.remove, hrefOf(PATHS.authenticatorAppRemove, {}))}</p>`}`
    return page(me, secondFactors.appTitle, content, texts)
  }
}

/** The secret, as a picture and as text, and the field for its first code. */
export function connectPage(me: SignedIn, { uri, secret }: TotpInvitation, isWrong: boolean): Page {
  return (texts) => {
    const { secondFactors } = texts.account
    const problems = isWrong ? [{ field: 'code', text: secondFactors.wrongCode }] : []
    const content = html`${problemSummary(problems, texts)}
<p>${secondFactors.scan}</p>
${qrCode(uri, secondFactors.picture)}
<p>${secondFactors.type}</p>
${copyable(html`<p translate="no"><code>${secret}</code></p>`, texts)}
<p>${actionLink(secondFactors.open, uri)}</p>
<p>${secondFactors.enter}</p>
${form(
  { binding: me.binding, action: actionOf(PATHS.authenticatorApp, {}) },
  field({ kind: 'code', name: 'code', label: secondFactors.code, maxLength: 16, problems }),
  button(secondFactors.confirm),
)}
${form({ binding: me.binding, action: actionOf(PATHS.authenticatorAppBegin, {}) }, button(secondFactors.beginAnew, 'plain'))}`
    return page(me, secondFactors.scanTitle, content, texts)
  }
}

export function removeAppPage(me: SignedIn): Page {
  return (texts) => {
    const { secondFactors } = texts.account
    const confirmation = {
      binding: me.binding,
      action: actionOf(PATHS.authenticatorAppRemove, {}),
      label: secondFactors.remove,
      back: hrefOf(PATHS.authenticatorApp, {}),
    }
    const content = html`<p>${secondFactors.removeLead}</p>
${dangerForm(secondFactors.removeEffects, confirmation, texts)}`
    return page(me, secondFactors.removeTitle, content, texts)
  }
}

/** What they are for, and the way to get them. @param hasSome whether some are left */
export function recoveryCodesPage(me: SignedIn, hasSome: boolean): Page {
  return (texts) => {
    const { secondFactors } = texts.account
    const content = html`<p>${secondFactors.codesLead}</p>
${hasSome && html`<p>${secondFactors.codesReplace}</p>\n`}${form(
  { binding: me.binding, action: actionOf(PATHS.recoveryCodes, {}) },
  button(secondFactors.makeCodes),
)}`
    return page(me, secondFactors.codesTitle, content, texts)
  }
}

/** The codes, this once. @param isAtPortal whether they have a role there, which may have asked for the factor */
export function newCodesPage(me: SignedIn, codes: readonly string[], isAtPortal: boolean): Page {
  return (texts) => {
    const { secondFactors } = texts.account
    const content = html`<p>${secondFactors.codesLead}</p>
${secretOnce(codes, secondFactors.codesOnce, texts)}
${linkButton(secondFactors.codesDone, hrefOf(PATHS.security, {}))}
${isAtPortal && wayLink(texts.portal.toPortal, PORTAL_PATH)}`
    return page(me, secondFactors.codesTitle, content, texts)
  }
}
