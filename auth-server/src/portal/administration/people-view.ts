// The pages on people: those who were found, and one with all that an administrator has to know before doing something.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { actionLink, button } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { searchForm } from '../../pages/components/form.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { type SummaryEntry, summaryList } from '../../pages/components/summary.ts'
import { dayOf, timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { PORTAL_CLIENT } from '../../store/tables/applications.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { administrationPage, nextPart } from './page.ts'
import type { PersonFacts } from './person-facts.ts'
import { stepsFor } from './person-steps.ts'

type Person = OperationAnswer<'people.get'>

/** What a person is called where one line has to do. */
export function calledOf({ name, email, id }: Person): string {
  return name ?? email ?? id
}

export function peoplePage(
  me: PortalPerson,
  { asked, found }: Readonly<{ asked: Readonly<Record<string, string>>; found: OperationAnswer<'people.list'> }>,
): Page {
  return administrationPage(me, (texts) => {
    const { people, sections, find, none } = texts.administration
    const path = hrefOf(PATHS.people, {})
    const text = field({
      name: 'q',
      label: people.search,
      hint: people.hint,
      kind: 'text',
      maxLength: 254,
      value: asked.q ?? '',
    })
    const items = found.items.map((person) => rowOf(person, texts))
    const content = html`${searchForm(path, text, button(find, 'quiet'))}
<p>${actionLink(people.suspended, `${path}?status=suspended`)}</p>
${items.length > 0 ? rows(items) : Object.keys(asked).length > 0 && emptyState(none)}
${nextPart(path, asked, found.next, texts)}`
    return { heading: sections.people.title, content }
  })
}

function rowOf(person: Person, { administration }: Texts): RowEntry {
  const { id, email, kind, status, name } = person
  const { people, statuses } = administration
  const facts = [name === null ? null : email, kind === 'guest' ? people.guest : null, statuses[status]]
  return {
    title: calledOf(person),
    href: hrefOf(PATHS.person, { person: id }),
    detail: facts.filter((fact) => fact !== null).join(' · '),
  }
}

/** What else is in it follows from these: that there were several, that somebody was there. */
function methodsOf(amr: readonly string[], methods: Texts['administration']['people']['methods']): string {
  const used = new Set(amr)
  return Object.entries(methods)
    .flatMap(([method, said]) => (used.has(method) ? [said] : []))
    .join(' + ')
}

export function personPage(me: PortalPerson, facts: PersonFacts): Page {
  const { person, sessions, installations } = facts
  const ids = { person: person.id }
  return administrationPage(me, (texts) => {
    const { people, actions } = texts.administration
    const apps = installations.map(({ client_id, api_id, last_used_at }) => ({
      title: appWords(client_id, texts),
      detail: html`${api_id} · ${people.used(timeAgo(new Date(last_used_at), me.now, texts))}`,
    }))
    const browsers = sessions.map(({ amr, signed_in_at }) => ({
      title: methodsOf(amr, people.methods),
      detail: timeAgo(new Date(signed_in_at), me.now, texts),
    }))
    const content = html`${summaryList(personEntries(person, texts), texts)}
<h2>${people.signIn}</h2>
${summaryList(signInEntries(facts, texts), texts)}
${summaryList(
  [
    { key: people.roles, value: rolesOf(facts, texts), change: { href: hrefOf(PATHS.personRoles, ids) } },
    { key: people.groups, value: groupsOf(facts), change: { href: hrefOf(PATHS.personGroups, ids) } },
  ],
  texts,
)}
<h2>${people.apps}</h2>
${apps.length > 0 ? rows(apps) : emptyState(people.noApps)}
<h2>${people.sessions}</h2>
${browsers.length > 0 ? rows(browsers) : emptyState(people.noSessions)}
<h2>${actions}</h2>
${rows(stepsFor(person, texts))}
<p>${actionLink(people.log, `${hrefOf(PATHS.audit, {})}?${new URLSearchParams({ person_id: person.id })}`)}</p>`
    return { heading: calledOf(person), content, back: { label: people.back, href: hrefOf(PATHS.people, {}) } }
  })
}

function personEntries({ id, name, email, status, kind, erase_after, created_at }: Person, texts: Texts) {
  const { people, statuses } = texts.administration
  const state = erase_after === null ? statuses[status] : people.erased(dayOf(new Date(erase_after), texts))
  return [
    { key: people.name, value: name ?? undefined },
    { key: people.address, value: email ?? undefined },
    { key: people.id, value: html`<code>${id}</code>` },
    { key: people.status, value: kind === 'guest' ? html`${people.guest}, ${state}` : state },
    { key: people.since, value: dayOf(new Date(created_at), texts) },
  ]
}

function signInEntries({ credentials }: PersonFacts, texts: Texts): readonly SummaryEntry[] {
  const { people } = texts.administration
  const { addresses, password, second_factors, recovery_codes, identities } = credentials
  const factors = second_factors.map(({ kind, name }) =>
    name === null ? people.factor[kind] : `${people.factor[kind]} (${name})`,
  )
  return [
    {
      key: people.address,
      value: lines(
        addresses.map(({ address, proof }) =>
          proof === null || proof === 'imported' ? `${address} (${people.unproven})` : address,
        ),
      ),
    },
    { key: people.password, value: passwordWords(password, texts) },
    { key: people.factors, value: lines(factors) },
    { key: people.codes, value: String(recovery_codes) },
    { key: people.identities, value: lines(identities.map(({ issuer }) => issuer)) },
  ]
}

function passwordWords({ changed_at, reset_required }: PersonFacts['credentials']['password'], texts: Texts) {
  const { people } = texts.administration
  if (changed_at === null) return people.noPassword
  return reset_required ? people.resetRequired : people.passwordSince(dayOf(new Date(changed_at), texts))
}

/** The portal is no strange app: it has its name. */
export function appWords(clientId: string, { portal }: Texts): string {
  return clientId === PORTAL_CLIENT ? portal.title : clientId
}

/** A role in words. */
export function roleWords(role: PersonFacts['roles'][number], { administration }: Texts): string {
  const { people } = administration
  return role.api_id === null ? people.role[role.role] : people.approverOf(role.api_id)
}

function rolesOf({ roles }: PersonFacts, texts: Texts): Html | undefined {
  return lines(roles.map((role) => roleWords(role, texts)))
}

function groupsOf({ groups }: PersonFacts): Html | undefined {
  return lines([...new Set(groups.map(({ name }) => name))])
}

/** One below the other; undefined where there is none. */
function lines(texts: readonly string[]): Html | undefined {
  if (texts.length === 0) return undefined
  return html`${texts.map((text, index) => html`${index > 0 && html`<br>`}${text}`)}`
}
