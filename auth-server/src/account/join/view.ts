// The pages of an invitation to an application: who invites to what, that it is accepted, and that it is over.
import type { Joined } from '../../catalogue/team.ts'
import { accountPage } from '../../pages/components/account-page.ts'
import { confirmForm } from '../../pages/components/confirm.ts'
import { list } from '../../pages/components/list.ts'
import { signMark } from '../../pages/components/mark.ts'
import { note } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { OpenInvitation } from '../../store/queries/application-people.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toOverview } from '../sections.ts'

/** Nothing has happened yet. */
export function joinPage({ frame, binding }: SignedIn, invitation: OpenInvitation, token: string): Page {
  const { applicationName: app, role, handsOver, inviter } = invitation
  return (texts) => {
    const { join } = texts
    const asks = handsOver ? join.asks.handedOver : join.asks[role]
    const confirmation = {
      binding,
      action: actionOf(PATHS.join, { token }),
      label: join.button(app),
      back: hrefOf(PATHS.overview, {}),
    }
    const content = html`<p>${asks(inviter ?? join.operator)}</p>
${list([join.effects[role], join.effects.developer, join.effects.seen])}
${confirmForm(confirmation, texts)}`
    return accountPage({ frame, heading: join.title(app), back: toOverview(texts), content }, texts)
  }
}

export function joinedPage({ frame }: SignedIn, { applicationName, isDeveloper }: Joined): Page {
  return (texts) => {
    const { join } = texts
    const content = html`${signMark('good')}<p>${isDeveloper ? join.joined : join.waiting}</p>`
    return accountPage({ frame, heading: join.joinedTitle(applicationName), back: toOverview(texts), content }, texts)
  }
}

/** The same for a link that is over, one that nobody was sent, and one that went to somebody else. */
export function overPage({ frame }: SignedIn): Page {
  return (texts) => {
    const { join } = texts
    const content = html`<p>${join.over}</p>
${note(join.overNext)}`
    return accountPage({ frame, heading: join.overTitle, back: toOverview(texts), content }, texts)
  }
}
