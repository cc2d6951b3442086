// The list of what happened, and the question before everything else is signed out.
import type { PersonEventName } from '../../audit/events.ts'
import { ownName, shownName } from '../../catalogue/shown-name.ts'
import { accountPage } from '../../pages/components/account-page.ts'
import { actionLink } from '../../pages/components/button.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { OwnEvent } from '../../store/tables/audit-events.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toOverview, toSection } from '../sections.ts'
import { browserName } from './browser-name.ts'

export function activityPage(
  me: SignedIn,
  events: readonly OwnEvent[],
  { hasMore }: Readonly<{ hasMore: boolean }>,
): Page {
  return (texts) => {
    const { activity, sections } = texts.account
    const last = events.at(-1)
    const content = html`<p>${activity.lead}</p>
<p>${actionLink(activity.notMe, hrefOf(PATHS.notMe, {}))}</p>
${events.length === 0 ? emptyState(activity.none) : rows(events.map((event) => eventRow(event, me, texts)))}
${hasMore && last && html`<p>${actionLink(activity.older, `${hrefOf(PATHS.activity, {})}?before=${last.seq}`)}</p>`}`
    return accountPage({ frame: me.frame, heading: sections.activity.title, back: toOverview(texts), content }, texts)
  }
}

function eventRow(event: OwnEvent, { now }: SignedIn, texts: Texts): RowEntry {
  const { at, clientId, applicationName: name, isNameVerified, redirectUris, address, userAgent } = event
  const browser = userAgent === null ? undefined : browserName(userAgent)
  const app =
    name === null || clientId === null
      ? null
      : shownName({ name: ownName({ clientId, name }, texts), isNameVerified }, redirectUris ?? [])
  const where = [app, browser, address].filter((part) => typeof part === 'string')
  return {
    title: wordsOf(event, texts),
    detail: html`${timeAgo(at, now, texts)}${where.map((part) => html` · ${part}`)}`,
  }
}

/** An event that has no words here does not compile; one of a newer or older release has its plain name. */
function wordsOf({ type, outcome }: OwnEvent, { account }: Texts): string {
  const words: Readonly<Record<PersonEventName, string>> = account.activity.events
  return new Map(Object.entries(words)).get(`${type} ${outcome}`) ?? `${type}: ${outcome}`
}

export function notMePage({ frame, binding }: SignedIn): Page {
  return (texts) => {
    const { activity } = texts.account
    const confirmation = {
      binding,
      action: actionOf(PATHS.notMe, {}),
      label: activity.signOutElsewhere,
      back: hrefOf(PATHS.activity, {}),
    }
    const content = html`<p>${activity.notMeLead}</p>
${dangerForm(activity.notMeEffects, confirmation, texts)}`
    return accountPage({ frame, heading: activity.notMeTitle, back: toSection('activity', texts), content }, texts)
  }
}
