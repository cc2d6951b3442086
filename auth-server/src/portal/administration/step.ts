// One step that an administrator takes on a page of its own: what goes with it stands there, and it wants a recent sign-in.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HttpProblem } from '../../http/problem.ts'
import type { ButtonKind } from '../../pages/components/button.ts'
import { confirmForm, dangerForm } from '../../pages/components/confirm.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { list } from '../../pages/components/list.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalNews, PortalPerson, PortalRoute } from '../route.ts'
import { administrationPage } from './page.ts'

export interface AdministrationStep {
  readonly title: string
  readonly button: string
  readonly kind: Extract<ButtonKind, 'danger' | 'main'>
  /** What goes with it, or what comes of it; a line each. */
  readonly effects: readonly (string | Html)[]
  /** As `form` takes it. */
  readonly action: string
  readonly back: Readonly<{ label: string; href: string }>
  /** The version of what the effects were read from. */
  readonly etag?: string | undefined
}

/** The steps of one address. */
interface Steps<Found> {
  /** What the address names; undefined where there is none. */
  readonly read: (request: FastifyRequest, me: PortalPerson) => Promise<Found | undefined>
  readonly stepOf: (found: Found, texts: Texts) => AdministrationStep
  /** By `attempt`: a problem is told on the page. */
  readonly take: (me: PortalPerson, found: Found) => Promise<unknown>
  /** The page that it leads to, and what is told there. */
  readonly done: (found: Found) => readonly [href: string, news: PortalNews]
}

/** The page that asks, and the form that takes the step. */
export function stepRoute<Found>({ read, stepOf, take, done }: Steps<Found>) {
  return {
    needs: 'administrator',
    recent: true,
    async GET(request, reply, me) {
      const found = await read(request, me)
      if (found === undefined) return notFoundPage(reply, me)
      return sendStep(reply, me, (texts) => stepOf(found, texts))
    },
    async POST(request, reply, me) {
      const found = await read(request, me)
      if (found === undefined) return notFoundPage(reply, me)
      const outcome = await take(me, found)
      if (outcome instanceof HttpProblem) return sendStep(reply, me, (texts) => stepOf(found, texts), outcome)
      return me.backTo(reply, ...done(found))
    },
  } as const satisfies PortalRoute
}

type MakeStep = (texts: Texts) => AdministrationStep

/** Its page. @param refused why it was not taken */
function sendStep(reply: FastifyReply, me: PortalPerson, make: MakeStep, refused?: HttpProblem): FastifyReply {
  return sendPage(refused ? reply.code(refused.status) : reply, stepPage(me, make, refused))
}

function stepPage(me: PortalPerson, make: MakeStep, refused?: HttpProblem): Page {
  return administrationPage(me, (texts) => {
    const { title, button, kind, effects, action, back, etag } = make(texts)
    const confirmation = { binding: me.binding, action, label: button, back: back.href, fields: hiddenFields({ etag }) }
    const content =
      kind === 'danger'
        ? dangerForm(effects, confirmation, texts)
        : html`${list(effects)}${confirmForm(confirmation, texts)}`
    return { heading: title, content, back, problem: refused && refusedNotice(refused, texts) }
  })
}
