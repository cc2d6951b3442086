// One step that an administrator takes on a page of its own: what goes with it stands there, and it wants a recent sign-in.
import type { FastifyReply } from 'fastify'
import type { HttpProblem } from '../../http/problem.ts'
import type { ButtonKind } from '../../pages/components/button.ts'
import { confirmForm, dangerForm } from '../../pages/components/confirm.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { list } from '../../pages/components/list.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { PortalPerson } from '../route.ts'
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

type MakeStep = (texts: Texts) => AdministrationStep

/** Its page. @param refused why it was not taken */
export function sendStep(reply: FastifyReply, me: PortalPerson, make: MakeStep, refused?: HttpProblem): FastifyReply {
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
