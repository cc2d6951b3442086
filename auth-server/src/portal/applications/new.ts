// A new application, one question a page. What was answered so far stands in the address; nothing is stored before the last page.

import { applicationNameProblem } from '../../catalogue/application-looks.ts'
import { randomSecret } from '../../crypto/random.ts'
import { Parameters } from '../../http/parameters.ts'
import { refused } from '../../management/refusals.ts'
import { sendPage } from '../../pages/send-page.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalRoutes } from '../route.ts'
import { createdPage, isNewKind, type NewApplicationAnswers, type NewKind, questionPage } from './new-view.ts'
import { redirectProblem } from './redirect-advice.ts'

function answersOf(parameters: Parameters): NewApplicationAnswers {
  const kind = parameters.get('kind') ?? ''
  return {
    name: parameters.get('name')?.trim(),
    kind: isNewKind(kind) ? kind : undefined,
    redirect: parameters.get('redirect')?.trim(),
  }
}

/** What is wrong with the answers, the first question first. */
function problemOf({ name, kind, redirect }: NewApplicationAnswers) {
  const nameProblem = name === undefined ? undefined : applicationNameProblem(name)
  if (nameProblem !== undefined) return { question: 'name', why: nameProblem } as const
  if (kind === undefined || kind === 'machine' || redirect === undefined) return undefined
  const why = redirectProblem(redirect, kind)
  return why === undefined ? undefined : ({ question: 'redirect', why } as const)
}

function bodyOf(name: string, kind: NewKind, redirect: string) {
  const secret = { kind: 'web', token_endpoint_auth_method: 'client_secret_basic' } as const
  if (kind === 'machine') return { name, ...secret, grant_types: ['client_credentials' as const] }
  return { name, ...(kind === 'web' ? secret : { kind }), redirect_uris: [redirect] }
}

export function newApplicationRoutes(): PortalRoutes {
  return {
    [PATHS.newApplication]: {
      needs: 'developer',
      keepsTyped: true,
      GET(request, reply, me) {
        const answers = answersOf(Parameters.ofUrl(request.raw.url ?? ''))
        const wrong = problemOf(answers)
        const key = randomSecret(16)
        return sendPage(
          reply,
          questionPage(me, {
            answers,
            key,
            asks: wrong?.question,
            problem: wrong && refused('invalid_request', wrong.why),
          }),
        )
      },
      async POST(_request, reply, me) {
        const answers = answersOf(me.form)
        const key = me.form.get('key') ?? ''
        const wrong = problemOf(answers)
        if (wrong) {
          const page = questionPage(me, {
            answers,
            key,
            asks: wrong.question,
            problem: refused('invalid_request', wrong.why),
          })
          return sendPage(reply.code(400), page)
        }
        const { name, kind, redirect } = answers
        const isWhole = name !== undefined && kind !== undefined && (kind === 'machine' || redirect !== undefined)
        if (!isWhole || me.form.get('last') !== 'yes') {
          const said = Object.entries(answers).flatMap(([field, value]) =>
            value === undefined ? [] : [[field, value]],
          )
          return reply.redirect(`${PATHS.newApplication}?${new URLSearchParams(said)}`, 303)
        }
        // Whoever presses twice, or reloads the answer, has one application, and sees the same.
        const done = await me.attempt('applications.create', {
          body: bodyOf(name, kind, redirect ?? ''),
          idempotencyKey: key,
        })
        if (!('body' in done))
          return sendPage(reply.code(done.status), questionPage(me, { answers, key, problem: done }))
        const { client_secret: secret, ...application } = done.body
        return secret === null
          ? // Where it is led on to an API that it calls.
            me.backTo(
              reply,
              hrefOf(PATHS.subscribeApplication, { application: application.client_id }),
              'applicationCreated',
            )
          : sendPage(reply, createdPage(me, application, secret))
      },
    },
  }
}
