// The pages on which a person's roles are given and taken, and on which they are put into groups and out again.
import type { OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { HttpProblem } from '../../http/problem.ts'
import { button } from '../../pages/components/button.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { allItems } from '../apis/all-items.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { idsOf } from './asked.ts'
import { leftApps } from './left-apps.ts'
import { administrationPage } from './page.ts'
import { calledOf, roleWords } from './people-view.ts'
import { soleAppsOf } from './person-facts.ts'

/** By whose word the groups are that are set here. */
const OWN_SOURCE = 'operator'

type Role = OperationInput<'roles.give'>['params']['role']
interface GivenRole {
  readonly role: Role
  readonly api_id: string | null
}

const PLAIN_ROLES = ['developer', 'administrator'] as const

async function readRoles(me: PortalPerson, personId: string) {
  const part = (cursor: string | undefined) => ({ limit: 100, ...(cursor !== undefined && { cursor }) })
  const [person, roles, apis, soleApps] = await Promise.all([
    me.ask('people.get', { params: { person_id: personId } }),
    allItems(async (cursor) => (await me.ask('roles.list', { query: { ...part(cursor), person_id: personId } })).body),
    allItems(async (cursor) => (await me.ask('apis.list', { query: part(cursor) })).body),
    soleAppsOf(me, personId),
  ])
  const has: readonly GivenRole[] = roles
  const all: readonly GivenRole[] = [
    ...PLAIN_ROLES.map((role) => ({ role, api_id: null })),
    ...apis.filter((api) => !api.built_in).map(({ id }) => ({ role: 'approver' as const, api_id: id })),
  ]
  const canHave = all.filter((one) => !has.some(({ role, api_id }) => role === one.role && api_id === one.api_id))
  return { person: person.body, has, canHave, soleApps }
}

type Roles = Awaited<ReturnType<typeof readRoles>>

function rolesPage(me: PortalPerson, { person, has, canHave, soleApps }: Roles, refused?: HttpProblem): Page {
  const action = actionOf(PATHS.personRoles, { person: person.id })
  return administrationPage(me, (texts) => {
    const { people } = texts.administration
    const entry = (role: GivenRole, step: 'give' | 'take'): RowEntry => {
      const title = roleWords({ person_id: person.id, ...role }, texts)
      const hidden = hiddenFields({ step, role: role.role, api: role.api_id ?? undefined })
      const press = step === 'give' ? button(people.give, 'quiet', title) : button(people.take, 'danger', title)
      const left = step === 'take' && role.role === 'developer' ? leftApps({ person, soleApps }, texts) : []
      return {
        title,
        ...(left.length > 0 && { detail: html`${left.map((line) => html`${line}<br>`)}` }),
        action: form({ binding: me.binding, action }, ...hidden, press),
      }
    }
    const content = html`<h2>${people.has}</h2>
${has.length > 0 ? rows(has.map((role) => entry(role, 'take'))) : emptyState(people.noRole)}
<h2>${people.canHave}</h2>
${rows(canHave.map((role) => entry(role, 'give')))}`
    return {
      heading: people.rolesTitle(calledOf(person)),
      content,
      back: backTo(person, texts),
      problem: refused && refusedNotice(refused, texts),
    }
  })
}

function backTo(person: Roles['person'], { administration }: Texts) {
  return { label: calledOf(person) || administration.people.back, href: hrefOf(PATHS.person, { person: person.id }) }
}

function isRole(text: string | undefined): text is Role {
  return text === 'developer' || text === 'approver' || text === 'administrator'
}

async function readGroups(me: PortalPerson, personId: string) {
  const params = { person_id: personId }
  const [person, own, all] = await Promise.all([
    me.ask('people.get', { params }),
    me.ask('groups.of_person', { params }),
    allItems(async (cursor) => {
      return (await me.ask('groups.list', { query: { limit: 100, ...(cursor !== undefined && { cursor }) } })).body
    }),
  ])
  return { person: person.body, own: own.body.groups, etag: own.etag, all }
}

type Groups = Awaited<ReturnType<typeof readGroups>>

function groupsPage(me: PortalPerson, { person, own, etag, all }: Groups, refused?: HttpProblem): Page {
  const action = actionOf(PATHS.personGroups, { person: person.id })
  return administrationPage(me, (texts) => {
    const { people } = texts.administration
    const entries = all.map(({ name, description }): RowEntry => {
      const sources = own.filter((group) => group.name === name).map(({ source }) => source)
      const isIn = sources.includes(OWN_SOURCE)
      const others = sources.filter((source) => source !== OWN_SOURCE).map(people.bySource)
      const press = isIn ? button(people.takeOut, 'danger', name) : button(people.putIn, 'quiet', name)
      const hidden = hiddenFields({ step: isIn ? 'take' : 'give', group: name, etag })
      return {
        title: name,
        detail: [description, ...others].filter(Boolean).join(' · '),
        action: form({ binding: me.binding, action }, ...hidden, press),
      }
    })
    return {
      heading: people.groupsTitle(calledOf(person)),
      content: entries.length > 0 ? rows(entries) : emptyState(people.noGroup),
      back: backTo(person, texts),
      problem: refused && refusedNotice(refused, texts),
    }
  })
}

function isStep(text: string | undefined): text is 'give' | 'take' {
  return text === 'give' || text === 'take'
}

/** The groups that a form leaves somebody in. */
function wantedGroups({ own }: Groups, { form: posted }: PortalPerson): string[] {
  const group = posted.get('group') ?? ''
  const others = own.filter(({ source, name }) => source === OWN_SOURCE && name !== group).map(({ name }) => name)
  return posted.get('step') === 'give' ? [...others, group] : others
}

export const PERSON_RIGHTS_ROUTES: PortalRoutes = {
  [PATHS.personRoles]: {
    needs: 'administrator',
    recent: true,
    async GET(request, reply, me) {
      return sendPage(reply, rolesPage(me, await readRoles(me, idsOf(request).get('person') ?? '')))
    },
    async POST(request, reply, me) {
      const personId = idsOf(request).get('person') ?? ''
      const [step, role, apiId] = ['step', 'role', 'api'].map((name) => me.form.get(name))
      const path = hrefOf(PATHS.personRoles, { person: personId })
      if (!isRole(role) || !isStep(step)) return me.backTo(reply, path)
      const asked = { params: { person_id: personId, role }, query: apiId === undefined ? {} : { api_id: apiId } }
      const outcome = await (step === 'give' ? me.attempt('roles.give', asked) : me.attempt('roles.take', asked))
      if (!(outcome instanceof HttpProblem)) return me.backTo(reply, path, step === 'give' ? 'roleGiven' : 'roleTaken')
      return sendPage(reply.code(outcome.status), rolesPage(me, await readRoles(me, personId), outcome))
    },
  },
  [PATHS.personGroups]: {
    needs: 'administrator',
    recent: true,
    async GET(request, reply, me) {
      return sendPage(reply, groupsPage(me, await readGroups(me, idsOf(request).get('person') ?? '')))
    },
    async POST(request, reply, me) {
      const personId = idsOf(request).get('person') ?? ''
      // What names no step changes nothing.
      if (!isStep(me.form.get('step'))) return me.backTo(reply, hrefOf(PATHS.personGroups, { person: personId }))
      const found = await readGroups(me, personId)
      const outcome = await me.attempt('groups.set_of_person', {
        params: { person_id: personId },
        body: { groups: wantedGroups(found, me) },
        ifMatch: me.form.get('etag') ?? '',
      })
      if (!(outcome instanceof HttpProblem))
        return me.backTo(reply, hrefOf(PATHS.personGroups, { person: personId }), 'groupsSet')
      return sendPage(reply.code(outcome.status), groupsPage(me, await readGroups(me, personId), outcome))
    },
  },
}
