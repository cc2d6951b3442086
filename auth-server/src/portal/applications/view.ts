// One application: what it is, in summary lists, each line with the page that changes it.
import { actionLink } from '../../pages/components/button.ts'
import { checklist } from '../../pages/components/checklist.ts'
import { copyable } from '../../pages/components/copyable.ts'
import { list } from '../../pages/components/list.ts'
import { note, notice } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { type RowEntry, rows } from '../../pages/components/rows.ts'
import { summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { guideRows, HELP_ABOUT, hrefFor } from '../links.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { subscriptionsOf } from '../subscriptions/one-view.ts'
import type { ApplicationFacts } from './facts.ts'
import { mayHaveKeys } from './keys.ts'
import { type Application, isMachine } from './one.ts'
import { namesOf, ownersAmong } from './owners-alone.ts'
import { calledOf, isOwnedBy } from './people-view.ts'

export type FieldName = keyof Texts['portalApplications']['fields']
export type ListName = keyof Texts['portalApplications']['lists']

/** Those that owners alone change once people are not asked about the application any more (catalogue/sign-in-changes.ts). */
const SIGN_IN_FIELDS: ReadonlySet<string> = new Set([
  'redirect_uris',
  'post_logout_redirect_uris',
  'backchannel_logout_uri',
  'jwks',
])

export function applicationPage(me: PortalPerson, facts: ApplicationFacts): Page {
  const { frame, news } = me
  const { application, secrets } = facts
  const keys = application.jwks?.keys.length ?? 0
  return (texts) => {
    const said = texts.portalApplications
    const { client_id: id, managed_by: managedBy, kind, token_endpoint_auth_method: method } = application
    const isOwn = managedBy === 'portal'
    const isOwner = isOwnedBy(me, facts.people)
    const leavesToOwners = isOwn && !isOwner && facts.subscriptions.some(({ trusted }) => trusted)
    const mayChange = (name: string) => isOwn && !(leavesToOwners && SIGN_IN_FIELDS.has(name))
    const field = (name: FieldName, value: string | Html | null) => ({
      key: said.fields[name].title,
      value: value ?? undefined,
      ...(mayChange(name) && { change: { href: hrefOf(PATHS.applicationField, { application: id, field: name }) } }),
    })
    const listOf = (name: ListName) => ({
      key: said.lists[name].title,
      value:
        application[name].length > 0
          ? html`${application[name].map((uri) => html`<code>${uri}</code><br>`)}`
          : undefined,
      ...(mayChange(name) && { change: { href: hrefOf(PATHS.applicationAddresses, { application: id, list: name }) } }),
    })
    const word = application.name_verified ? said.verified : said.unverified
    const content = html`${application.suspended_at !== null && notice('warn', said.suspended)}${!isOwn && note(said.byFile)}${leavesToOwners && html`${note(said.trustedOwnersChange)}\n${list(namesOf(ownersAmong(facts.people)))}`}
<h2>${said.credentials}</h2>
${summaryList(
  [
    { key: said.clientId, value: copyable(html`<code translate="no">${id}</code>`, texts) },
    { key: said.kind, value: said.kinds[isMachine(application) ? 'machine' : kind] },
    {
      key: said.secrets,
      value: secrets > 0 ? said.howMany(secrets) : method === 'private_key_jwt' ? said.byKey : said.noSecret,
      ...(secrets > 0 && { change: { href: hrefOf(PATHS.applicationSecrets, { application: id }) } }),
    },
    ...(mayHaveKeys(application)
      ? [
          {
            key: said.keysPage.title,
            value: keys > 0 ? said.keysPage.howMany(keys) : said.keysPage.noKey,
            ...(mayChange('jwks') && { change: { href: hrefOf(PATHS.applicationKeys, { application: id }) } }),
          },
        ]
      : []),
  ],
  texts,
)}
${subscriptionsOf(id, facts.subscriptions, facts.apis, texts)}
<h2>${said.goOn}</h2>
${rows(waysOf(application, texts))}
<h2>${said.addresses}</h2>
${summaryList([listOf('redirect_uris'), listOf('post_logout_redirect_uris'), field('backchannel_logout_uri', application.backchannel_logout_uri)], texts)}
${
  isOwn &&
  kind === 'native' &&
  html`<p>${actionLink(said.phones.title, hrefOf(PATHS.applicationPhones, { application: id }))}</p>`
}
${!isMachine(application) && html`<p>${actionLink(texts.portalWays.title, hrefOf(PATHS.applicationSignIn, { application: id }))}</p>`}
<h2>${said.looks}</h2>
${summaryList(
  [
    field('name', html`<bdi>${application.name}</bdi> (${word})`),
    {
      key: said.logo.title,
      value: application.logo_path === null ? undefined : said.logo.isThere,
      change: { href: hrefOf(PATHS.applicationLogo, { application: id }) },
    },
    field('brand_color', application.brand_color),
    field('policy_uri', application.policy_uri),
    field('tos_uri', application.tos_uri),
    field('support_contact', application.support_contact),
  ],
  texts,
)}
<h2>${said.team.title}</h2>
${summaryList(
  [
    {
      key: said.team.title,
      value: html`${facts.people.map((member) => html`<bdi>${calledOf(member)}</bdi> (${said.team.roles[member.role]})<br>`)}`,
      change: { href: hrefOf(PATHS.applicationPeople, { application: id }) },
    },
  ],
  texts,
)}
${
  !isMachine(application) &&
  html`<h2>${texts.portal.checklist.title}</h2>
<p>${texts.portal.checklist.lead}</p>
${checklist(facts.checklist, texts, (item) => `${hrefFor('help', id)}#${HELP_ABOUT[item]}`)}`
}
${isOwn && isOwner && html`<h2>${said.danger}</h2>\n<p>${actionLink(said.deleteOne, hrefOf(PATHS.applicationDelete, { application: id }))}</p>`}`
    const back = { label: texts.portal.sections.applications.title, href: PATHS.applications }
    return portalPage({ frame, heading: application.name, back, notice: news(texts), content }, texts)
  }
}

/** What there is about it in other sections; nobody signs in to a machine, so there is nothing to write or to try. */
function waysOf(application: Application, texts: Texts): readonly RowEntry[] {
  const { client_id: client } = application
  const { usage, refusals } = texts.portalApplications
  return [
    ...(isMachine(application) ? [] : guideRows(client, texts)),
    { ...usage, href: hrefOf(PATHS.usageOfApplication, { client }) },
    { ...refusals, href: hrefOf(PATHS.refusals, { client }) },
  ]
}
