// The pages about linked accounts.
import type { Providers } from '../../../identity/federation/providers.ts'
import { accountPage } from '../../../pages/components/account-page.ts'
import { actionLink, button } from '../../../pages/components/button.ts'
import { dangerForm } from '../../../pages/components/confirm.ts'
import { form } from '../../../pages/components/form.ts'
import { notice } from '../../../pages/components/notice.ts'
import { emptyState, rows } from '../../../pages/components/rows.ts'
import { dayOf, timeAgo } from '../../../pages/components/time.ts'
import type { Page } from '../../../pages/frame.ts'
import { html } from '../../../pages/html.ts'
import type { Texts } from '../../../pages/locales/en.ts'
import type { OwnIdentity } from '../../../store/tables/identities.ts'
import { actionOf, hrefOf, PATHS } from '../../paths.ts'
import type { SignedIn } from '../../route.ts'
import { toSection } from '../../sections.ts'

/** A linked account, with what it is called on pages and in their addresses. */
export interface ShownIdentity extends OwnIdentity {
  readonly id: string
  readonly label: string
}

export function linkedPage(me: SignedIn, identities: readonly ShownIdentity[], providers: Providers): Page {
  return (texts) => {
    const { account: words } = texts.federation
    const binding = me.binding.leadingTo(...providers.all.map(({ leadsTo }) => leadsTo))
    const listed = identities.map((identity) => ({
      title: identity.label,
      detail: html`${words.since(dayOf(identity.createdAt, texts))}${
        identity.usedAt !== null && html` · ${words.used(timeAgo(identity.usedAt, me.now, texts))}`
      }`,
      action: actionLink(words.remove, hrefOf(PATHS.linkedRemove, { identity: identity.id }), identity.label),
    }))
    const content = html`<p>${words.lead}</p>
${listed.length === 0 ? emptyState(words.none) : rows(listed)}
${providers.all.map(({ name, label }) =>
  form({ binding, action: actionOf(PATHS.linkedAdd, { provider: name }) }, button(words.add(label), 'quiet')),
)}`
    const heading = words.title
    return accountPage(
      { frame: me.frame, heading, back: toSection('security', texts), notice: me.news(texts), content },
      texts,
    )
  }
}

/** @param isOnlyWay it was tried, and would leave the person without any way to sign in */
export function unlinkPage({ frame, binding }: SignedIn, { id, label }: ShownIdentity, isOnlyWay = false): Page {
  return (texts) => {
    const { account: words } = texts.federation
    const confirmation = {
      binding,
      action: actionOf(PATHS.linkedRemove, { identity: id }),
      label: words.removeButton(label),
      back: hrefOf(PATHS.linked, {}),
    }
    const content = isOnlyWay ? html`` : dangerForm(words.removeEffects(label), confirmation, texts)
    const told = isOnlyWay ? notice('bad', words.onlyWay) : undefined
    return accountPage(
      { frame, heading: words.removeTitle(label), back: toLinked(texts), notice: told, content },
      texts,
    )
  }
}

function toLinked({ federation }: Texts) {
  return { label: federation.account.title, href: hrefOf(PATHS.linked, {}) }
}
