// The security page, and the question before everything else is signed out.
import { accountPage } from '../../pages/components/account-page.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toOverview, toSection } from '../sections.ts'
import type { SecurityEntry } from './entry.ts'

/** @param others how many other browsers are signed in */
export function securityPage({ frame, news }: SignedIn, entries: readonly SecurityEntry[], others: number): Page {
  return (texts) => {
    const { security, sections } = texts.account
    const elsewhere = {
      key: security.browsers,
      value: security.otherBrowsers(others),
      change: { href: hrefOf(PATHS.signOutElsewhere, {}), label: security.signOutElsewhere },
    }
    const shown = [...entries.flatMap((entry) => entry(texts) ?? []), elsewhere]
    return accountPage(
      {
        frame,
        heading: sections.security.title,
        back: toOverview(texts),
        notice: news(texts),
        content: summaryList(shown, texts),
      },
      texts,
    )
  }
}

export function signOutElsewherePage({ frame, binding }: SignedIn): Page {
  return (texts) => {
    const { security } = texts.account
    const confirmation = {
      binding,
      action: actionOf(PATHS.signOutElsewhere, {}),
      label: security.signOutElsewhere,
      back: hrefOf(PATHS.security, {}),
    }
    const content = html`<p>${security.elsewhereLead}</p>
${dangerForm(security.elsewhereEffects, confirmation, texts)}`
    return accountPage({ frame, heading: security.elsewhereTitle, back: toSection('security', texts), content }, texts)
  }
}
