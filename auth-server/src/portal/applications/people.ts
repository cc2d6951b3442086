// The people of an application: who owns it and who works on it; they are invited, withdrawn, taken out, and leave.
import type { FastifyReply } from 'fastify'
import { HttpProblem } from '../../http/problem.ts'
import { pathParameter } from '../../http/request-path.ts'
import { languageOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { hrefOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { type Application, askOne, ifThere, type Member, peopleOf } from './one.ts'
import { INVITED_AS, isInvitedAs, isOwnedBy, memberEndPage, type Team, teamPage } from './people-view.ts'
import { lastOwnerPage, sendOwnersDecide } from './team-stays-view.ts'

export function applicationPeopleRoutes(): PortalRoutes {
  return {
    [PATHS.applicationPeople]: {
      needs: 'developer',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const { body: application } = await askOne(request, me)
        return sendPage(reply, teamPage(me, await teamOf(me, application)))
      },
      async POST(request, reply, me) {
        const { body: application } = await askOne(request, me)
        const params = { client_id: application.client_id }
        const href = hrefOf(PATHS.applicationPeople, { application: application.client_id })
        const people = await peopleOf(me, application)
        if (!isOwnedBy(me, people)) return sendOwnersDecide(reply, me, application, people)
        const withdrawn = me.form.get('withdraw')
        if (withdrawn !== undefined) {
          const isWithdrawn = await ifThere(
            me.ask('applications.withdraw_invitation', { params: { ...params, invitation_id: withdrawn } }),
          )
          return me.backTo(reply, href, isWithdrawn ? 'withdrawn' : undefined)
        }
        const typed = { email: (me.form.get('email') ?? '').trim(), as: me.form.get('as') ?? '' }
        const as = isInvitedAs(typed.as) ? INVITED_AS[typed.as] : INVITED_AS.collaborator
        const body = { email: typed.email, ...as, language: languageOf(request) }
        const done = await me.attempt('applications.invite', { params, body })
        if (!(done instanceof HttpProblem)) return me.backTo(reply, href, 'invited')
        const team = await teamOf(me, application)
        return sendPage(reply.code(done.status), teamPage(me, team, { typed, problem: done }))
      },
    },
    [PATHS.applicationPersonEnd]: {
      needs: 'developer',
      recent: true,
      async GET(request, reply, me) {
        const { body: application } = await askOne(request, me)
        const people = await peopleOf(me, application)
        const member = memberOf(people, request)
        if (!member) return notFoundPage(reply, me)
        return (
          stays(reply, me, { application, people, member }) ?? sendPage(reply, memberEndPage(me, application, member))
        )
      },
      async POST(request, reply, me) {
        const { body: application } = await askOne(request, me)
        const people = await peopleOf(me, application)
        const member = memberOf(people, request)
        // Whoever presses twice has what they wanted.
        if (!member) return me.backTo(reply, hrefOf(PATHS.applicationPeople, { application: application.client_id }))
        const refused = stays(reply, me, { application, people, member })
        if (refused) return refused
        const params = { client_id: application.client_id, person_id: member.person_id }
        const done = await me.attempt('applications.remove_person', { params })
        if (done instanceof HttpProblem)
          return sendPage(reply.code(done.status), memberEndPage(me, application, member, done))
        if (member.person_id === me.session.personId) return me.backTo(reply, PATHS.applications, 'applicationLeft')
        return me.backTo(reply, hrefOf(PATHS.applicationPeople, { application: params.client_id }), 'removed')
      },
    },
  }
}

interface Leaving {
  readonly application: Application
  readonly people: readonly Member[]
  readonly member: Member
}

/** The page in the place of what would be refused; undefined where it would not be. */
function stays(
  reply: FastifyReply,
  me: PortalPerson,
  { application, people, member }: Leaving,
): FastifyReply | undefined {
  const isMe = member.person_id === me.session.personId
  if (!isMe && !isOwnedBy(me, people)) return sendOwnersDecide(reply, me, application, people)
  const owners = people.filter(({ role }) => role === 'owner')
  if (!isMe || member.role !== 'owner' || owners.length > 1) return undefined
  return sendPage(reply.code(409), lastOwnerPage(me, application, member))
}

function memberOf(people: readonly Member[], request: Parameters<typeof pathParameter>[0]): Member | undefined {
  return people.find(({ person_id: id }) => id === pathParameter(request, 'person'))
}

async function teamOf(me: PortalPerson, application: Application): Promise<Team> {
  const { client_id } = application
  const [people, invitations] = await Promise.all([
    peopleOf(me, application),
    me.ask('applications.invitations', { params: { client_id }, query: { limit: 100 } }),
  ])
  return { application, people, invitations: invitations.body.items }
}
