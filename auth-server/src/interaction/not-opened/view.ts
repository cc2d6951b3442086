// The page that stands where an app should have opened: which one, why it may not have, and what to do.
import { linkButton } from '../../pages/components/button.ts'
import { list } from '../../pages/components/list.ts'
import { signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'

/** @param href of the same sign-in once more, where this browser may ask for it */
export function notOpenedPage({ appName, href }: Readonly<{ appName: string; href: string | undefined }>): Page {
  return ({ notOpened, tryAgain }) => ({
    title: notOpened.title(appName),
    body: html`${signMark('warn')}
<h1>${notOpened.title(appName)}</h1>
<p>${notOpened.lead(appName)}</p>
${list(notOpened.reasons(appName))}
${note(href === undefined ? notOpened.startThere(appName) : notOpened.orHere)}
${href !== undefined && linkButton(tryAgain, href)}`,
  })
}
