// What somebody sees in the place of a form about the people of an application that would be refused: that owners alone decide, and that the last owner stays.
import type { FastifyReply } from 'fastify'
import { actionLink } from '../../pages/components/button.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import type { Application, Member } from './one.ts'
import { sendOwnersAlone } from './owners-alone.ts'
import { calledOf } from './people-view.ts'

export function sendOwnersDecide(
  reply: FastifyReply,
  me: PortalPerson,
  application: Application,
  people: readonly Member[],
): FastifyReply {
  const { client_id: id, name } = application
  const leave = hrefOf(PATHS.applicationPersonEnd, { application: id, person: me.session.personId })
  const heading = ({ portalApplications }: Texts) => portalApplications.team.title
  return sendOwnersAlone(reply, me, {
    application,
    people,
    heading,
    said: ({ portalApplications }) => portalApplications.team.ownersDecide,
    own: ({ portalApplications }) => html`<p>${actionLink(portalApplications.team.leave, leave, name)}</p>`,
    back: (texts) => backTo(application, heading(texts)),
  })
}

export function lastOwnerPage(me: PortalPerson, application: Application, member: Member): Page {
  const { client_id: id, name } = application
  return (texts) => {
    const { team, deleteOne } = texts.portalApplications
    const content = html`<p>${team.lastOwner}</p>
<p>${actionLink(team.invite, hrefOf(PATHS.applicationPeople, { application: id }))}</p>
<p>${actionLink(deleteOne, hrefOf(PATHS.applicationDelete, { application: id }))}</p>`
    const heading = team.leaving.title(calledOf(member), name)
    return portalPage({ frame: me.frame, heading, back: backTo(application, team.title), content }, texts)
  }
}

function backTo({ client_id: application }: Application, label: string) {
  return { label, href: hrefOf(PATHS.applicationPeople, { application }) }
}
