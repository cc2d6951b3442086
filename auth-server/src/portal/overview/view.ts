// The first page of the portal: what there is for whoever is signed in; and for who is no developer, how to become one.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { actionLink, button, linkButton, wayLink } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'

/** What a developer has made so far. */
export interface OwnWork {
  readonly applications: readonly Pick<OperationAnswer<'applications.get'>, 'client_id' | 'name' | 'suspended_at'>[]
  /** Of these applications. */
  readonly subscriptions: readonly Pick<OperationAnswer<'subscriptions.get'>, 'client_id' | 'status'>[]
}

/** The list of applications has the others. */
const MAX_SHOWN = 10

/** @param work of a developer; without it somebody approves or administers alone */
export function overviewPage({ frame, news }: PortalPerson, work?: OwnWork): Page {
  return (texts) => {
    const { title, sections, overview } = texts.portal
    // Their applications stand above already.
    const others = frame.navigation.filter(({ name }) => !work || name !== 'applications')
    const entries = others.map(({ name, href }) => ({ ...sections[name], href }))
    const content = html`<p>${work ? overview.lead : overview.leadOfOthers}</p>
${work && ownPart(work, texts)}${entries.length > 0 && html`${work && html`<h2>${overview.sections}</h2>\n`}${rows(entries)}`}`
    return portalPage({ frame, heading: title, notice: news(texts), content }, texts)
  }
}

/** Their applications, those first that wait for somebody; or the one thing to do first. */
function ownPart({ applications, subscriptions }: OwnWork, texts: Texts): Html {
  const { overview, sections } = texts.portal
  if (applications.length === 0)
    return emptyState(overview.none, linkButton(overview.first, hrefOf(PATHS.newApplication, {})))
  const shown = applications.map(({ client_id: id, name, suspended_at: suspended }) => {
    const own = subscriptions.filter(({ client_id: client }) => client === id)
    const waiting = own.some(({ status }) => status === 'pending')
    const { pending, suspended: isSuspended } = texts.portalApis.status
    const words = [...(waiting ? [pending] : []), ...(suspended === null ? [] : [isSuspended])]
    const detail = html`<code>${id}</code>${words.map((word) => html` <span class="badge">${word}</span>`)}${
      own.length === 0 && html`<br>${texts.portalApis.ofApp.none}`
    }`
    return { waiting, entry: { title: name, href: hrefOf(PATHS.application, { application: id }), detail } }
  })
  const sorted = [...shown].sort((one, other) => Number(other.waiting) - Number(one.waiting))
  const more = applications.length > MAX_SHOWN && html`<p>${actionLink(overview.all, PATHS.applications)}</p>\n`
  return html`<h2>${sections.applications.title}</h2>
${rows(sorted.slice(0, MAX_SHOWN).map(({ entry }) => entry))}
${more}`
}

/** It says nothing of who else is one. */
export function becomePage(
  { frame, binding, session }: PortalPerson,
  { isOpen, isAdministrator = false }: Readonly<{ isOpen: boolean; isAdministrator?: boolean }>,
): Page {
  return (texts) => {
    const { become } = texts.portal
    const content = html`<p>${become.lead(frame.accountName)}</p>
<p>${isOpen ? become.open : isAdministrator ? become.administrates : become.ask}</p>
${
  isOpen
    ? form({ binding, action: actionOf(PATHS.become, {}) }, button(become.button))
    : isAdministrator
      ? html`${linkButton(become.toRoles, hrefOf(PATHS.personRoles, { person: session.personId }))}${wayLink(texts.administration.sections.allApplications.title, hrefOf(PATHS.allApplications, {}))}`
      : linkButton(become.toAccount, frame.account)
}`
    return portalPage({ frame, heading: become.title, content }, texts)
  }
}
