// What owners alone do: whether it is asked of one, and the page that others see in the place of the form, with who they can ask.
import type { FastifyReply } from 'fastify'
import { list } from '../../pages/components/list.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { PortalPerson } from '../route.ts'
import { type Application, applicationHref, hasTrust, type Member, peopleOf } from './one.ts'
import { calledOf, isOwnedBy } from './people-view.ts'

interface OwnersAlone {
  readonly application: Application
  readonly people: readonly Member[]
  /** What they came for. */
  readonly heading: (texts: Texts) => string
  readonly said: (texts: Texts) => string
  /** What they can do themselves. */
  readonly own?: (texts: Texts) => Html
  readonly back?: (texts: Texts) => Readonly<{ label: string; href: string }>
}

export function sendOwnersAlone(reply: FastifyReply, me: PortalPerson, alone: OwnersAlone): FastifyReply {
  return sendPage(reply.code(403), ownersAlonePage(me, alone))
}

function ownersAlonePage(
  { frame }: PortalPerson,
  { application, people, heading, said, own, back }: OwnersAlone,
): Page {
  const toApplication = { label: application.name, href: applicationHref(application) }
  return (texts) => {
    const content = html`<p>${said(texts)}</p>
${list(namesOf(ownersAmong(people)))}
${own?.(texts)}`
    return portalPage({ frame, heading: heading(texts), back: back?.(texts) ?? toApplication, content }, texts)
  }
}

export function ownersAmong(people: readonly Member[]): readonly Member[] {
  return people.filter(({ role }) => role === 'owner')
}

export function namesOf(people: readonly Member[]): readonly Html[] {
  return people.map((member) => html`<bdi>${calledOf(member)}</bdi>`)
}

/** What a change of how an application signs people in means to whoever asks for it. */
export interface SignInChange {
  /** People are not asked before it gets what it asks for, and a change takes that back. */
  readonly endsTrust: boolean
  /** Sends the page in the place of a change that owners alone make; undefined where it may be made. */
  readonly refuse?: (reply: FastifyReply, heading: (texts: Texts) => string) => FastifyReply
}

export async function signInChangeOf(me: PortalPerson, application: Application): Promise<SignInChange> {
  if (!(await hasTrust(me, application))) return { endsTrust: false }
  const people = await peopleOf(me, application)
  if (isOwnedBy(me, people)) return { endsTrust: true }
  const said = ({ portalApplications }: Texts) => portalApplications.trustedOwners
  return {
    endsTrust: true,
    refuse: (reply, heading) => sendOwnersAlone(reply, me, { application, people, heading, said }),
  }
}
