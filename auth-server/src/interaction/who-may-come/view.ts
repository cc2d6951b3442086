// The page of who is not among the people that an API is for.
import { wayLink } from '../../pages/components/button.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { WhoMayCome } from '../../store/tables/apis.ts'
import type { PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import { appHead } from '../app-looks.ts'
import { denyForm, switchForm } from '../ended/ways-out.ts'
import { ACCOUNT_PATH } from '../paths.ts'
import type { SignedInVisit } from '../visit.ts'

export function notInvitedPage(
  { pending, binding }: SignedInVisit & Readonly<{ pending: PendingAppVisit }>,
  signUp: Exclude<WhoMayCome, 'approval'>,
): Page {
  return (texts) => {
    const { title, byInvitation, byDomain, addAddress, addInvited, toAccount } = texts.whoMayCome
    const { apiName } = pending.app
    const lines =
      signUp === 'invitation' ? [byInvitation(apiName), addInvited] : [byDomain(apiName, signUp.domains), addAddress]
    return {
      title: title(apiName),
      body: html`${appHead(pending)}
<h1>${title(apiName)}</h1>
${lines.map((line) => html`<p>${line}</p>`)}
${wayLink(toAccount, ACCOUNT_PATH)}${switchForm(binding, texts)}
${denyForm(binding, texts)}`,
    }
  }
}
