// Changes of one field of an application: a page with one question each.
import type { HttpProblem } from '../../http/problem.ts'
import { pathParameter } from '../../http/request-path.ts'
import { button } from '../../pages/components/button.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { type Application, applicationHref, askOne } from './one.ts'
import { type SignInChange, signInChangeOf } from './owners-alone.ts'
import type { FieldName } from './view.ts'

const LENGTHS: Readonly<Record<FieldName, number>> = {
  name: 80,
  brand_color: 7,
  policy_uri: 2000,
  tos_uri: 2000,
  support_contact: 2000,
  backchannel_logout_uri: 2000,
}

/** Of these, where something of people goes. */
const TRUSTED_FIELD: FieldName = 'backchannel_logout_uri'

function isField(name: string): name is FieldName {
  return Object.hasOwn(LENGTHS, name)
}

export function fieldRoutes(): PortalRoutes {
  return {
    [PATHS.applicationField]: {
      needs: 'developer',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const name = pathParameter(request, 'field') ?? ''
        if (!isField(name)) return notFoundPage(reply, me)
        const { body, etag } = await askOne(request, me)
        const { endsTrust, refuse } = await changeOf(me, body, name)
        if (refuse) return refuse(reply, ({ portalApplications }) => portalApplications.fields[name].title)
        return sendPage(reply, fieldPage(me, { application: body, etag, name, typed: body[name] ?? '', endsTrust }))
      },
      async POST(request, reply, me) {
        const name = pathParameter(request, 'field') ?? ''
        if (!isField(name)) return notFoundPage(reply, me)
        const { body: application, etag } = await askOne(request, me)
        const { endsTrust, refuse } = await changeOf(me, application, name)
        if (refuse) return refuse(reply, ({ portalApplications }) => portalApplications.fields[name].title)
        const typed = (me.form.get(name) ?? '').trim()
        const done = await me.attempt('applications.update', {
          params: { client_id: application.client_id },
          // Nothing typed takes it away; a name is always there.
          body: { [name]: typed === '' && name !== 'name' ? null : typed },
          ifMatch: me.form.get('etag') ?? '',
        })
        if ('body' in done) return me.backTo(reply, applicationHref(application), 'applicationChanged')
        const page = fieldPage(me, { application, etag, name, typed, endsTrust, problem: done })
        return sendPage(reply.code(done.status), page)
      },
    },
  }
}

async function changeOf(me: PortalPerson, application: Application, name: FieldName): Promise<SignInChange> {
  return name === TRUSTED_FIELD ? signInChangeOf(me, application) : { endsTrust: false }
}

interface Question {
  readonly application: Application
  readonly etag: string
  readonly name: FieldName
  readonly typed: string
  /** Whether a change takes trust back. */
  readonly endsTrust: boolean
  readonly problem?: HttpProblem
}

function fieldPage(
  { frame, binding }: PortalPerson,
  { application, etag, name, typed, endsTrust, problem }: Question,
): Page {
  return (texts) => {
    const { fields, save } = texts.portalApplications
    const { title, hint } = fields[name]
    const action = actionOf(PATHS.applicationField, { application: application.client_id, field: name })
    const question = form(
      { binding, action },
      ...hiddenFields({ etag }),
      field({
        kind: 'text',
        name,
        label: title,
        hint,
        maxLength: LENGTHS[name],
        value: typed,
        isOptional: name !== 'name',
        hasFocus: true,
      }),
      button(save),
    )
    const content = html`${endsTrust && note(texts.portalApplications.endsTrust)}\n${question}`
    const notice = problem && refusedNotice(problem, texts, { [name]: { field: name, label: title, hint } })
    const back = { label: application.name, href: applicationHref(application) }
    return portalPage({ frame, heading: title, back, notice, content }, texts)
  }
}
