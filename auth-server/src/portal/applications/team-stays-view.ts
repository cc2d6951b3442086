// What somebody sees in the place of a form that would be refused: that owners alone decide who works on it, and that the last owner stays.
import { actionLink } from '../../pages/components/button.ts'
import { list } from '../../pages/components/list.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import type { Application } from './one.ts'
import { calledOf, type Member } from './people-view.ts'

export function ownersDecidePage(me: PortalPerson, application: Application, people: readonly Member[]): Page {
  const { client_id: id } = application
  return (texts) => {
    const { team } = texts.portalApplications
    const owners = people.filter(({ role }) => role === 'owner').map((member) => html`<bdi>${calledOf(member)}</bdi>`)
    const leave = hrefOf(PATHS.applicationPersonEnd, { application: id, person: me.session.personId })
    const content = html`<p>${team.ownersDecide}</p>
${list(owners)}
<p>${actionLink(team.leave, leave, application.name)}</p>`
    return portalPage({ frame: me.frame, heading: team.title, back: backTo(application, team.title), content }, texts)
  }
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
