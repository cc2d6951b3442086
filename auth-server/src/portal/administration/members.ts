// The routes of members of APIs: which API is for whom, who is invited to one, an address invited, a membership ended.
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import { HttpProblem } from '../../http/problem.ts'
import { languageOf } from '../../pages/language.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf, idsOf, textFilter } from './asked.ts'
import { calledMember, membersOfApisPage, membersPage, type ToldMember } from './members-view.ts'
import { type Api, apiOf, ordinaryApis } from './one-api.ts'
import { type AdministrationStep, stepRoute } from './step.ts'

const NOBODY = { items: [], next: null }

export function memberRoutes({ mailer }: Deps): PortalRoutes {
  return {
    [PATHS.members]: {
      needs: 'administrator',
      async GET(_request, reply, me) {
        const { body } = await me.ask('memberships.waiting')
        return sendPage(reply, membersOfApisPage(me, await ordinaryApis(me), body.items))
      },
    },
    [PATHS.membersOfApi]: {
      needs: 'administrator',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const { body: api } = await apiOf(request, me)
        return sendPage(reply, membersPage(me, await readMembers(request, me, api)))
      },
      async POST(request, reply, me) {
        const { body: api } = await apiOf(request, me)
        const email = me.form.get('email') ?? ''
        const body = { api_id: api.id, email, language: languageOf(request) }
        const done = await me.attempt('memberships.create', { body })
        const path = hrefOf(PATHS.membersOfApi, { api: api.id })
        if (!(done instanceof HttpProblem)) return me.backTo(reply, path, 'memberInvited')
        const read = await readMembers(request, me, api)
        return sendPage(reply.code(done.status), membersPage(me, { ...read, typed: email, refused: done }))
      },
    },
    [PATHS.memberEnd]: stepRoute({
      read: readMember,
      stepOf: endStep,
      take: (me, { member }) => me.attempt('memberships.end', { params: { membership_id: member.id } }),
      done: ({ api }) => [hrefOf(PATHS.membersOfApi, { api: api.id }), 'memberEnded'],
    }),
  }

  async function readMembers(request: FastifyRequest, me: PortalPerson, api: Api) {
    const { q, cursor } = askedOf(request, ['q', 'cursor'])
    const filter = q === undefined ? {} : textFilter(q)
    const query = { ...filter, api_id: api.id, ...(cursor !== undefined && { cursor }) }
    const { body: found } = filter ? await me.ask('memberships.list', { query }) : { body: NOBODY }
    const { items } = (await me.ask('memberships.waiting')).body
    const waiting = items.find(({ api_id: id }) => id === api.id)?.waiting ?? 0
    return { api, found, waiting, sendsMail: mailer !== undefined, q }
  }
}

interface FoundMember {
  readonly api: Api
  readonly member: ToldMember
}

async function readMember(request: FastifyRequest, me: PortalPerson): Promise<FoundMember | undefined> {
  const { body: api } = await apiOf(request, me)
  const { body: member } = await me.ask('memberships.get', {
    params: { membership_id: idsOf(request).get('member') ?? '' },
  })
  return member.api_id === api.id ? { api, member } : undefined
}

function endStep({ api, member }: FoundMember, { portalMembers: said }: Texts): AdministrationStep {
  return {
    title: said.endTitle(calledMember(member), api.name),
    button: said.end,
    kind: 'danger',
    effects: member.person_id === null ? said.promiseLosses : said.losses(api.name),
    action: actionOf(PATHS.memberEnd, { api: api.id, member: member.id }),
    back: { label: api.name, href: hrefOf(PATHS.membersOfApi, { api: api.id }) },
  }
}
