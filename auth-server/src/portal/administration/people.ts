// The routes of people: found, looked at, and every step on a page of its own.
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf, idsOf, isPersonId, textFilter } from './asked.ts'
import { leftApps } from './left-apps.ts'
import { appWords, calledOf, peoplePage, personPage, roleWords } from './people-view.ts'
import { type PersonFacts, readPersonFacts } from './person-facts.ts'
import { isPersonStep, PERSON_STEPS, type PersonStepName } from './person-steps.ts'
import { type AdministrationStep, stepRoute } from './step.ts'

const NOBODY = { items: [], next: null }

export const PEOPLE_ROUTES: PortalRoutes = {
  [PATHS.people]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const asked = askedOf(request, ['q', 'status', 'cursor'])
      const { q, status, cursor } = asked
      if (q?.startsWith('usr_')) return reply.redirect(hrefOf(PATHS.person, { person: q }), 303)
      const filter = status === 'suspended' ? ({ status } as const) : textFilter(q)
      const { body: found } = filter
        ? await me.ask('people.list', { query: { ...filter, ...(cursor !== undefined && { cursor }) } })
        : { body: NOBODY }
      return sendPage(reply, peoplePage(me, { asked: { ...(q && { q }), ...(status && { status }) }, found }))
    },
  },
  [PATHS.person]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const personId = idsOf(request).get('person') ?? ''
      if (!isPersonId(personId)) return notFoundPage(reply, me)
      return sendPage(reply, personPage(me, await readPersonFacts(me, personId)))
    },
  },
  [PATHS.personStep]: stepRoute({
    read: readStep,
    stepOf,
    take: (me, { facts, name }) => PERSON_STEPS[name].does(me, facts.person.id, me.form.get('etag') ?? ''),
    done: ({ facts, name }) => [hrefOf(PATHS.person, { person: facts.person.id }), PERSON_STEPS[name].news],
  }),
}

interface FoundStep {
  readonly facts: PersonFacts
  readonly name: PersonStepName
}

async function readStep(request: Parameters<typeof idsOf>[0], me: PortalPerson): Promise<FoundStep | undefined> {
  const ids = idsOf(request)
  const [personId, name] = [ids.get('person') ?? '', ids.get('step') ?? '']
  if (!isPersonStep(name) || !isPersonId(personId)) return undefined
  return { facts: await readPersonFacts(me, personId), name }
}

function stepOf({ facts, name }: FoundStep, texts: Texts): AdministrationStep {
  const { steps, people } = texts.administration
  const { title, button, losses } = steps[name]
  const called = calledOf(facts.person)
  const ids = { person: facts.person.id }
  return {
    title: title(called),
    button,
    kind: name === 'restore' ? 'main' : 'danger',
    effects: [
      ...losses,
      ...(PERSON_STEPS[name].leavesApps ? leftApps(facts, texts) : []),
      ...(PERSON_STEPS[name].takesAll ? belongings(facts, texts) : []),
    ],
    action: actionOf(PATHS.personStep, { ...ids, step: name }),
    back: { label: called || people.back, href: hrefOf(PATHS.person, ids) },
    etag: facts.etag,
  }
}

/** What goes with the account, by name. */
function belongings({ installations, consents, roles, groups, sessions }: PersonFacts, texts: Texts): string[] {
  const { administration } = texts
  const apps = [...new Set(installations.map(({ client_id }) => administration.losesApp(appWords(client_id, texts))))]
  return [
    ...apps,
    ...consents.map(({ client_id, api_id }) => administration.losesConsent(client_id, api_id)),
    ...(sessions.length > 0 ? [administration.losesSessions(sessions.length)] : []),
    ...roles.map((role) => administration.losesRole(roleWords(role, texts))),
    ...[...new Set(groups.map(({ name }) => administration.losesGroup(name)))],
  ]
}
