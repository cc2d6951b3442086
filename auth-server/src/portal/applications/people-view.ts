// The pages of an application's people: the list with what waits and the form that invites, and the question before one goes.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { HttpProblem } from '../../http/problem.ts'
import { actionLink, button } from '../../pages/components/button.ts'
import { choice } from '../../pages/components/choice.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { type RowEntry, rows } from '../../pages/components/rows.ts'
import { dayOf } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { type Application, applicationHref, type Member } from './one.ts'

type Invitation = OperationAnswer<'applications.invitations'>['items'][number]

/** What somebody is invited as, as the operation takes it. */
export const INVITED_AS = {
  collaborator: { role: 'collaborator' },
  owner: { role: 'owner' },
  handOver: { role: 'owner', hand_over: true },
} as const

export function isInvitedAs(text: string): text is keyof typeof INVITED_AS {
  return Object.hasOwn(INVITED_AS, text)
}

export interface Team {
  readonly application: Application
  readonly people: readonly Member[]
  readonly invitations: readonly Invitation[]
}

interface Refused {
  readonly typed: Readonly<{ email: string; as: string }>
  readonly problem: HttpProblem
}

export function calledOf({ name, email, person_id: id }: Member): string {
  return name ?? email ?? id
}

/** Whether somebody owns what these people work on: only then is what owners alone do offered. */
export function isOwnedBy({ session }: PortalPerson, people: readonly Member[]): boolean {
  return people.some(({ person_id: id, role }) => id === session.personId && role === 'owner')
}

export function teamPage(me: PortalPerson, { application, people, invitations }: Team, refused?: Refused): Page {
  const action = actionOf(PATHS.applicationPeople, { application: application.client_id })
  const isOwner = isOwnedBy(me, people)
  return (texts) => {
    const { team } = texts.portalApplications
    const waiting = invitations.map(({ id, email, ...invitation }) => ({
      title: email,
      detail: html`${team.roles[roleOf(invitation)]} · ${team.until} ${dayOf(new Date(invitation.expires_at), texts)}`,
      ...(isOwner && {
        action: form(
          { binding: me.binding, action },
          ...hiddenFields({ withdraw: id }),
          button(team.withdraw, 'danger', email),
        ),
      }),
    }))
    const content = html`${rows(people.map((member) => memberRow(me, application, member, { isOwner, action, texts })))}
${waiting.length > 0 && html`<h2>${team.waiting}</h2>\n${rows(waiting)}`}
${isOwner ? inviteForm(me, action, texts, refused?.typed) : note(team.ownersOnly)}`
    const asked = { email: { field: 'email', label: team.email } }
    const notice = refused ? refusedNotice(refused.problem, texts, asked) : me.news(texts)
    const back = { label: application.name, href: applicationHref(application) }
    return portalPage({ frame: me.frame, heading: team.title, back, notice, content }, texts)
  }
}

function roleOf({ role, hands_over: handsOver }: Pick<Invitation, 'role' | 'hands_over'>): keyof typeof INVITED_AS {
  return handsOver ? 'handOver' : role
}

function memberRow(
  me: PortalPerson,
  { client_id: application }: Application,
  member: Member,
  { isOwner, action, texts }: Readonly<{ isOwner: boolean; action: string; texts: Texts }>,
): RowEntry {
  const { team } = texts.portalApplications
  const isMe = member.person_id === me.session.personId
  const called = calledOf(member)
  const end = hrefOf(PATHS.applicationPersonEnd, { application, person: member.person_id })
  const promote =
    isOwner &&
    member.role === 'collaborator' &&
    member.email !== null &&
    form(
      { binding: me.binding, action },
      ...hiddenFields({ email: member.email, as: 'owner' }),
      button(team.makeOwner, 'quiet', called),
    )
  const facts = [team.roles[member.role], member.name === null ? null : member.email]
  return {
    title: called,
    detail: facts.filter((fact) => fact !== null).join(' · '),
    ...(isMe && { current: team.you }),
    ...((isOwner || isMe) && {
      action: html`<div>${promote}${actionLink(isMe ? team.leave : team.remove, end, called)}</div>`,
    }),
  }
}

function inviteForm(
  { binding }: PortalPerson,
  action: string,
  { portalApplications: { team } }: Texts,
  typed = { email: '', as: 'collaborator' },
): Html {
  const options = Object.keys(INVITED_AS)
    .filter(isInvitedAs)
    .map((value) => ({ value, label: team.invitedAs[value] }))
  return html`<h2>${team.invite}</h2>
${form(
  { binding, action },
  field({ kind: 'email', name: 'email', label: team.email, hint: team.emailHint, maxLength: 254, value: typed.email }),
  choice({ name: 'as', legend: team.as, options, chosen: typed.as }),
  button(team.send),
)}`
}

export function memberEndPage(me: PortalPerson, application: Application, member: Member, problem?: HttpProblem): Page {
  const ids = { application: application.client_id, person: member.person_id }
  const back = hrefOf(PATHS.applicationPeople, { application: application.client_id })
  return (texts) => {
    const { team } = texts.portalApplications
    const said = member.person_id === me.session.personId ? team.leaving : team.removing
    const confirmation = {
      binding: me.binding,
      action: actionOf(PATHS.applicationPersonEnd, ids),
      label: said.button(calledOf(member)),
      back,
    }
    const content = dangerForm(said.losses(application.name), confirmation, texts)
    return portalPage(
      {
        frame: me.frame,
        heading: said.title(calledOf(member), application.name),
        back: { label: team.title, href: back },
        notice: problem && refusedNotice(problem, texts),
        content,
      },
      texts,
    )
  }
}
