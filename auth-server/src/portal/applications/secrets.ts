// The secrets of an application: what there is, a second one, and the end of one of two.

import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { HttpProblem } from '../../http/problem.ts'
import { pathParameter } from '../../http/request-path.ts'
import { invalid } from '../../management/refusals.ts'
import { actionLink, button, linkButton } from '../../pages/components/button.ts'
import { choice } from '../../pages/components/choice.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { rows } from '../../pages/components/rows.ts'
import { secretOnce } from '../../pages/components/secret.ts'
import { exactTime, timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { type Application, applicationHref, askOne } from './one.ts'

type Secret = OperationAnswer<'applications.list_secrets'>['items'][number]

async function askSecrets(me: PortalPerson, { client_id }: Application): Promise<readonly Secret[]> {
  return (await me.ask('applications.list_secrets', { params: { client_id } })).body.items
}

export function secretRoutes(): PortalRoutes {
  return {
    [PATHS.applicationSecrets]: {
      needs: 'developer',
      recent: true,
      async GET(request, reply, me) {
        const { body: application } = await askOne(request, me)
        const secrets = await askSecrets(me, application)
        return secrets.length > 0 ? sendPage(reply, secretsPage(me, { application, secrets })) : notFoundPage(reply, me)
      },
      async POST(request, reply, me) {
        const { body: application } = await askOne(request, me)
        const [keep, key] = [me.form.get('keep') ?? '', me.form.get('key')]
        const done = isKept(keep)
          ? await me.attempt('applications.add_secret', {
              params: { client_id: application.client_id },
              body: keep === '' ? {} : { keep_previous_seconds: Number(keep) },
              // Pressed twice, the second answer shows the same secret.
              ...(key !== undefined && { idempotencyKey: key }),
            })
          : invalid('keep_secret')
        if ('body' in done) return sendPage(reply, secretMadePage(me, application, done.body.client_secret, madeTitle))
        const secrets = await askSecrets(me, application)
        return sendPage(reply.code(done.status), secretsPage(me, { application, secrets, problem: done }))
      },
    },
    [PATHS.applicationSecretEnd]: {
      needs: 'developer',
      recent: true,
      async GET(request, reply, me) {
        const { body: application } = await askOne(request, me)
        const secret = (await askSecrets(me, application)).find(({ id }) => id === pathParameter(request, 'secret'))
        return secret ? sendPage(reply, endPage(me, application, secret)) : notFoundPage(reply, me)
      },
      async POST(request, reply, me) {
        const { body: application } = await askOne(request, me)
        const params = { client_id: application.client_id, secret_id: pathParameter(request, 'secret') ?? '' }
        const done = await me.attempt('applications.end_secret', { params })
        const href = hrefOf(PATHS.applicationSecrets, { application: application.client_id })
        if ('body' in done) return me.backTo(reply, href, 'secretEnded')
        const secrets = await askSecrets(me, application)
        return sendPage(reply.code(done.status), secretsPage(me, { application, secrets, problem: done }))
      },
    },
  }
}

function madeTitle({ portalApplications }: Texts): string {
  return portalApplications.secretPage.madeTitle
}

/** How long the secret before goes on: seconds, or nothing for until somebody ends it. What says neither must not mean for ever. */
function isKept(text: string): boolean {
  return /^(?:[1-9]\d{0,8})?$/.test(text)
}

interface Secrets {
  readonly application: Application
  readonly secrets: readonly Secret[]
  readonly problem?: HttpProblem
}

function secretsPage(me: PortalPerson, { application, secrets, problem }: Secrets): Page {
  return (texts) => {
    const { secretPage: said, secrets: heading } = texts.portalApplications
    const { client_id: id } = application
    const entries = secrets.map((secret) => ({
      title: said.one(secret.id),
      detail: detailOf(secret, me.now, texts),
      ...(secrets.length > 1 && {
        action: actionLink(
          said.end,
          hrefOf(PATHS.applicationSecretEnd, { application: id, secret: secret.id }),
          secret.id,
        ),
      }),
    }))
    const options = Object.entries(said.keeps).map(([value, label]) => ({ value, label }))
    // Digits come first in an object, whatever stands first in the texts.
    options.sort((one, other) => Number(one.value) - Number(other.value))
    const content = html`<p>${said.lead}</p>
${rows(entries)}
${
  secrets.length === 1 &&
  html`<h2>${said.addTitle}</h2>
${form(
  { binding: me.binding, action: actionOf(PATHS.applicationSecrets, { application: id }) },
  ...hiddenFields({ key: randomSecret(16) }),
  choice({ name: 'keep', legend: said.keep, options, chosen: '' }),
  button(said.make),
)}`
}`
    const notice = problem ? refusedNotice(problem, texts) : me.news(texts)
    const back = { label: application.name, href: applicationHref(application) }
    return portalPage({ frame: me.frame, heading, back, notice, content }, texts)
  }
}

function detailOf(secret: Secret, now: Date, texts: Texts) {
  const { created, used, never, ends } = texts.portalApplications.secretPage
  const ago = (moment: string) => timeAgo(new Date(moment), now, texts)
  const made = secret.created_at !== null && html`${created} ${ago(secret.created_at)} · `
  const last = secret.last_used_at === null ? never : html`${used} ${ago(secret.last_used_at)}`
  return html`${made}${last}${secret.ends_at !== null && html` · ${ends} ${exactTime(new Date(secret.ends_at), texts)}`}`
}

/** The one page that shows a secret. @param heading of it */
export function secretMadePage(
  { frame }: PortalPerson,
  application: Application,
  secret: string,
  heading: (texts: Texts) => string,
): Page {
  return (texts) => {
    const { created } = texts.portalApplications
    const content = html`${secretOnce([secret], created.whenLost, texts)}
${linkButton(created.toApplication, applicationHref(application))}`
    return portalPage({ frame, heading: heading(texts), content }, texts)
  }
}

function endPage({ frame, binding }: PortalPerson, { client_id: application }: Application, { id }: Secret): Page {
  return (texts) => {
    const { endTitle, endLosses, end } = texts.portalApplications.secretPage
    const back = hrefOf(PATHS.applicationSecrets, { application })
    const action = actionOf(PATHS.applicationSecretEnd, { application, secret: id })
    const content = dangerForm(endLosses, { binding, action, label: end, back }, texts)
    const above = { label: texts.portalApplications.secrets, href: back }
    return portalPage({ frame, heading: endTitle(id), back: above, content }, texts)
  }
}
