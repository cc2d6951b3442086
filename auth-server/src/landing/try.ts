// Try it on a development machine: the demo app's sign-in, for whoever sits there. Mounted nowhere else.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DevelopmentStack } from '../config/development-stack.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Deps } from '../deps.ts'
import { FormBinding, readOwnForm } from '../http/csrf.ts'
import type { Pages } from '../http/page-routes.ts'
import type { Parameters } from '../http/parameters.ts'
import { errorPage } from '../pages/error.ts'
import type { Page } from '../pages/frame.ts'
import { html } from '../pages/html.ts'
import { sendPage } from '../pages/send-page.ts'
import { findClient } from '../store/queries/clients.ts'
import { begin, call, end, type OpenTrial, ownerOf, read, type TrialProblem } from '../trial/play.ts'
import type { TriedApp } from '../trial/trial.ts'
import { trialView } from '../trial/view.ts'
import { isOnThisMachine } from './this-machine.ts'

export const TRY_PATH = '/try'
/** Of the demo API: it answers with what it received. */
export const ECHO_PATH = '/echo'

const PAGE = 'demo trial'
const COOKIE_SECONDS = 3600
const NOT_HERE = { code: 'not_found', description: 'this page is for whoever sits at this machine' } as const

/** Whoever has opened the page, at this machine. */
interface Trier {
  readonly app: TriedApp
  /** The posted form; empty on GET. */
  readonly form: Parameters
  readonly secret: string
  readonly open: OpenTrial | undefined
}

type TryHandler = (request: FastifyRequest, reply: FastifyReply, trier: Trier) => FastifyReply | Promise<FastifyReply>

export function demoTrialPages(deps: Deps, stack: DevelopmentStack): Pages {
  const { config, cookies } = deps

  function page({ app, secret, open }: Trier, told: Readonly<{ problem?: TrialProblem; path?: string }> = {}): Page {
    const binding = FormBinding.to(config.cookieSecrets, secret, { page: PAGE, path: TRY_PATH, leadsTo: [] })
    const facts = { app, open, issuer: config.issuer, binding, actions: '', path: lastPath(open, app), ...told }
    return (texts) => ({
      title: texts.trial.title,
      frame: 'wide',
      body: html`<h1>${texts.trial.title}</h1>
<p>${texts.trial.lead(app.name)}</p>
${trialView(facts, texts)}`,
    })
  }

  function atThisMachine(handler: TryHandler) {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      if (!isOnThisMachine(request, config.issuer)) return sendPage(reply.code(404), errorPage(NOT_HERE))
      const secrets = cookies.trials(request)
      const form = readOwnForm(request, config, { secrets, page: PAGE })
      const app = await demoApp(deps, stack)
      if (!app) return sendPage(reply.code(404), errorPage(NO_DEMO))
      const open = await read(deps, ownerOf(deps, request, null), app)
      return handler(request, reply, { app, form, secret: secrets[0] ?? randomSecret(), open })
    }
  }

  return {
    [TRY_PATH]: {
      GET: atThisMachine((_request, reply, trier) => {
        cookies.setTrial(reply, trier.secret, COOKIE_SECONDS)
        return sendPage(reply, page(trier))
      }),
    },
    [`${TRY_PATH}/begin`]: {
      POST: atThisMachine(async (_request, reply, { app, secret }) => {
        await begin(deps, reply, app, null, secret)
        return reply.redirect(TRY_PATH, 303)
      }),
    },
    [`${TRY_PATH}/call`]: {
      POST: atThisMachine(async (_request, reply, trier) => {
        const path = trier.form.get('path') ?? ''
        const problem = trier.open ? await call(deps, trier.open, path) : 'gone'
        if (problem !== undefined) return sendPage(reply.code(400), page(trier, { problem, path }))
        return reply.redirect(TRY_PATH, 303)
      }),
    },
    [`${TRY_PATH}/end`]: {
      POST: atThisMachine(async (request, reply) => {
        await end(deps, ownerOf(deps, request, null))
        return reply.redirect(TRY_PATH, 303)
      }),
    },
  }
}

const NO_DEMO = { code: 'not_found', description: 'the demo application is not there, or may use no API' } as const

async function demoApp({ db }: Deps, { demo, resource }: DevelopmentStack): Promise<TriedApp | undefined> {
  const client = await findClient(db, demo.clientId)
  const subscription = client?.subscriptions.find((one) => one.resource === resource)
  if (!client || !subscription) return undefined
  return {
    clientId: client.clientId,
    name: client.name,
    redirectUri: client.redirectUris[0],
    isConfidential: client.authMethod !== 'none',
    isBound: client.dpopBound,
    isPushed: client.requirePushedRequests,
    refreshes: client.grantTypes.includes('refresh_token'),
    resource,
    scopes: subscription.scopes.map(({ name }) => name),
  }
}

/** What was called last, below the API; the demo's echo in the beginning. */
function lastPath(open: OpenTrial | undefined, { resource }: TriedApp): string {
  const address = open?.trial.calls.at(-1)?.address
  return address === undefined ? ECHO_PATH : address.slice(resource.replace(/\/$/, '').length)
}
