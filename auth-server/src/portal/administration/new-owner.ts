// The page on which an administrator asks somebody to take an application over that has nobody who could enter.
import { HttpProblem } from '../../http/problem.ts'
import { button } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { languageOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { Application } from '../applications/one.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { idsOf } from './asked.ts'
import { administrationPage } from './page.ts'

async function askOne(request: Parameters<typeof idsOf>[0], me: PortalPerson): Promise<Application> {
  return (await me.ask('applications.get', { params: { client_id: idsOf(request).get('client') ?? '' } })).body
}

function ownerPage(
  me: PortalPerson,
  { name, client_id: client }: Application,
  email = '',
  refused?: HttpProblem,
): Page {
  return administrationPage(me, (texts) => {
    const { applications, sections, invitations } = texts.administration
    const { title, lead } = applications.handOver
    const content = html`<p>${lead}</p>
${form(
  { binding: me.binding, action: actionOf(PATHS.newOwner, { client }) },
  field({ name: 'email', label: invitations.email, kind: 'email', maxLength: 254, value: email, hasFocus: true }),
  button(invitations.invite),
)}`
    const back = { label: sections.allApplications.title, href: hrefOf(PATHS.allApplications, {}) }
    return {
      heading: title(name),
      content,
      back,
      problem: refused && refusedNotice(refused, texts, { email: { field: 'email', label: invitations.email } }),
    }
  })
}

export const NEW_OWNER_ROUTES: PortalRoutes = {
  [PATHS.newOwner]: {
    needs: 'administrator',
    recent: true,
    keepsTyped: true,
    async GET(request, reply, me) {
      return sendPage(reply, ownerPage(me, await askOne(request, me)))
    },
    async POST(request, reply, me) {
      const application = await askOne(request, me)
      const email = (me.form.get('email') ?? '').trim()
      const done = await me.attempt('applications.invite', {
        params: { client_id: application.client_id },
        body: { email, role: 'owner', language: languageOf(request) },
      })
      if (!(done instanceof HttpProblem)) return me.backTo(reply, hrefOf(PATHS.allApplications, {}), 'invited')
      return sendPage(reply.code(done.status), ownerPage(me, application, email, done))
    },
  },
}
