// The pages on members of APIs: which API is for whom; and of one who is invited, with the form that invites an address.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { HttpProblem } from '../../http/problem.ts'
import { actionLink, button } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form, searchForm } from '../../pages/components/form.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { dayOf } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import type { Api } from './one-api.ts'
import { administrationPage, nextPart } from './page.ts'

export type ToldMember = OperationAnswer<'memberships.get'>
export type Waiting = OperationAnswer<'memberships.waiting'>['items']

export function membersOfApisPage(me: PortalPerson, apis: readonly Api[], waiting: Waiting): Page {
  return administrationPage(me, (texts) => {
    const { portalMembers: said, administration } = texts
    const entries = apis.map((api) => {
      const count = waiting.find(({ api_id: id }) => id === api.id)?.waiting ?? 0
      return {
        title: api.name,
        href: hrefOf(PATHS.membersOfApi, { api: api.id }),
        detail: html`${ruleInWords(api, texts)}${badge(count, said.waiting)}`,
      }
    })
    const content = html`<p>${said.lead}</p>\n${entries.length > 0 ? rows(entries) : emptyState(administration.none)}`
    return { heading: administration.sections.members.title, content }
  })
}

/** How many wait; nothing where nobody does. */
export function badge(count: number, inWords: (count: number) => string): Html | false {
  return count > 0 && html` <span class="badge">${inWords(count)}</span>`
}

function ruleInWords({ sign_up: signUp }: Api, { portalMembers: { rules } }: Texts): string {
  return typeof signUp === 'string' ? rules[signUp] : rules.domains(signUp.domains.join(', '))
}

interface MembersPage {
  readonly api: Api
  readonly found: OperationAnswer<'memberships.list'>
  /** How many ask to come to it. */
  readonly waiting: number
  readonly sendsMail: boolean
  readonly q?: string | undefined
  readonly typed?: string
  readonly refused?: HttpProblem
}

export function membersPage(me: PortalPerson, { api, found, waiting, sendsMail, ...asked }: MembersPage): Page {
  const { q, typed = '', refused } = asked
  const path = hrefOf(PATHS.membersOfApi, { api: api.id })
  return administrationPage(me, (texts) => {
    const { portalMembers: said, administration } = texts
    const requests = `${hrefOf(PATHS.membershipRequests, {})}?${new URLSearchParams({ api: api.id })}`
    const items = found.items.map((member) => rowOf(member, texts))
    const text = field({ name: 'q', label: said.search, kind: 'text', maxLength: 254, value: q ?? '' })
    const hint = sendsMail ? said.emailHint : said.emailHintWithoutMail
    const content = html`<p>${ruleInWords(api, texts)}.</p>
${waiting > 0 && html`<p>${actionLink(said.requests.toRequests(waiting), requests)}</p>\n`}<h2>${said.toMembers}</h2>
${searchForm(path, text, button(administration.find, 'quiet'))}
${items.length > 0 ? rows(items) : emptyState(q === undefined ? said.none : administration.none)}
${nextPart(path, q === undefined ? {} : { q }, found.next, texts)}
<h2>${said.inviteTitle}</h2>
${form(
  { binding: me.binding, action: actionOf(PATHS.membersOfApi, { api: api.id }) },
  field({ name: 'email', label: said.email, hint, kind: 'email', maxLength: 254, value: typed }),
  button(said.invite),
)}`
    const problem = refused && refusedNotice(refused, texts, { email: { field: 'email', label: said.email } })
    const back = { label: administration.sections.members.title, href: hrefOf(PATHS.members, {}) }
    return { heading: api.name, content, problem, back }
  })
}

/** What a member is called where one line has to do. */
export function calledMember({ person, email, person_id: id }: ToldMember): string {
  return person?.name ?? person?.email ?? email ?? id ?? ''
}

function rowOf(member: ToldMember, texts: Texts): RowEntry {
  const { id, api_id: api, person_id: personId, person, created_at: at } = member
  const { portalMembers: said } = texts
  const called = calledMember(member)
  const since = said.since(dayOf(new Date(at), texts))
  const email = person?.name != null && person.email !== null && html`<bdi>${person.email}</bdi> · `
  return {
    title: called,
    ...(personId !== null && { href: hrefOf(PATHS.person, { person: personId }) }),
    detail: html`${email}${personId === null && `${said.unproven} · `}${since}`,
    action: actionLink(said.end, hrefOf(PATHS.memberEnd, { api, member: id }), called),
  }
}
