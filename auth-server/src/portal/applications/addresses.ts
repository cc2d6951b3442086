// The addresses of an application: redirect URIs, and where people go after signing out. One is added or removed at a time.

import type { HttpProblem } from '../../http/problem.ts'
import { pathParameter } from '../../http/request-path.ts'
import { refused } from '../../management/refusals.ts'
import { button } from '../../pages/components/button.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { note } from '../../pages/components/notice.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { type Application, applicationHref, askOne } from './one.ts'
import { signInChangeOf } from './owners-alone.ts'
import { redirectProblem } from './redirect-advice.ts'
import type { ListName } from './view.ts'

const LISTS: ReadonlySet<string> = new Set<ListName>(['redirect_uris', 'post_logout_redirect_uris'])

function isList(name: string): name is ListName {
  return LISTS.has(name)
}

export function addressRoutes(): PortalRoutes {
  return {
    [PATHS.applicationAddresses]: {
      needs: 'developer',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const name = pathParameter(request, 'list') ?? ''
        if (!isList(name)) return notFoundPage(reply, me)
        const { body, etag } = await askOne(request, me)
        const { endsTrust, refuse } = await signInChangeOf(me, body)
        if (refuse) return refuse(reply, headingOf(name))
        return sendPage(reply, addressesPage(me, { application: body, etag, name, typed: '', endsTrust }))
      },
      async POST(request, reply, me) {
        const name = pathParameter(request, 'list') ?? ''
        if (!isList(name)) return notFoundPage(reply, me)
        const { body: application, etag } = await askOne(request, me)
        const { endsTrust, refuse } = await signInChangeOf(me, application)
        if (refuse) return refuse(reply, headingOf(name))
        const removed = me.form.get('remove')
        const typed = (me.form.get('address') ?? '').trim()
        const before = application[name]
        const after = removed === undefined ? [...before, typed] : before.filter((uri) => uri !== removed)
        const wrong = removed === undefined ? redirectProblem(typed, application.kind) : undefined
        const done = wrong
          ? refused('invalid_request', wrong)
          : await me.attempt('applications.update', {
              params: { client_id: application.client_id },
              body: { [name]: [...new Set(after)] },
              ifMatch: me.form.get('etag') ?? '',
            })
        const href = hrefOf(PATHS.applicationAddresses, { application: application.client_id, list: name })
        if ('body' in done) return me.backTo(reply, href, 'applicationChanged')
        const page = addressesPage(me, { application, etag, name, typed, endsTrust, problem: done })
        return sendPage(reply.code(done.status), page)
      },
    },
  }
}

function headingOf(name: ListName): (texts: Texts) => string {
  return ({ portalApplications }) => portalApplications.lists[name].title
}

interface Shown {
  readonly application: Application
  readonly etag: string
  readonly name: ListName
  readonly typed: string
  /** Whether a change takes trust back. */
  readonly endsTrust: boolean
  readonly problem?: HttpProblem
}

function addressesPage(me: PortalPerson, { application, etag, name, typed, endsTrust, problem }: Shown): Page {
  const { frame, binding } = me
  return (texts) => {
    const { lists, add, remove, noAddress, goneCodes, endsTrust: trustEnds } = texts.portalApplications
    const { title, hint, label } = lists[name]
    const action = actionOf(PATHS.applicationAddresses, { application: application.client_id, list: name })
    const entries = application[name].map((uri) => ({
      title: uri,
      action: form({ binding, action }, ...hiddenFields({ etag, remove: uri }), button(remove, 'plain', uri)),
    }))
    const content = html`${endsTrust && note(trustEnds)}
${entries.length > 0 ? rows(entries) : emptyState(noAddress)}
${form(
  { binding, action },
  ...hiddenFields({ etag }),
  field({ kind: 'text', name: 'address', label, hint, maxLength: 2000, value: typed }),
  button(add),
)}
${name === 'redirect_uris' && note(goneCodes)}`
    const asked = { [name]: { field: 'address', label, hint } }
    const notice = problem ? refusedNotice(problem, texts, asked) : me.news(texts)
    const back = { label: application.name, href: applicationHref(application) }
    return portalPage({ frame, heading: title, back, notice, content }, texts)
  }
}
