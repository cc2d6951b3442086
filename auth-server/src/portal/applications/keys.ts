// The public keys of an application that proves itself by them: what there is, and another set in its place.
import type { FastifyReply } from 'fastify'
import { readPublicKeys } from '../../catalogue/client-keys.ts'
import { HttpProblem } from '../../http/problem.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { type KeysProblem, keysPage, MAX_KEYS_CHARACTERS } from './keys-view.ts'
import { type Application, applicationHref, askOne } from './one.ts'
import { signInChangeOf } from './owners-alone.ts'
import { secretMadePage } from './secrets.ts'

/** Whether it can prove itself by keys: an app on a phone and a page in a browser prove nothing. */
export function mayHaveKeys({
  kind,
  token_endpoint_auth_method: method,
}: Pick<Application, 'kind' | 'token_endpoint_auth_method'>): boolean {
  return method === 'private_key_jwt' || (kind === 'web' && method !== 'none')
}

export function keyRoutes(): PortalRoutes {
  return {
    [PATHS.applicationKeys]: {
      needs: 'developer',
      recent: true,
      keepsTyped: true,
      async GET(request, reply, me) {
        const { body: application, etag } = await askOne(request, me)
        if (!mayHaveKeys(application)) return notFoundPage(reply, me)
        const { endsTrust, refuse } = await signInChangeOf(me, application)
        if (refuse) return refuse(reply, pageTitle)
        const typed = application.jwks ? JSON.stringify(application.jwks, undefined, 2) : ''
        return sendPage(reply, keysPage(me, { application, etag, typed, endsTrust }))
      },
      async POST(request, reply, me) {
        const { body: application, etag } = await askOne(request, me)
        if (!mayHaveKeys(application)) return notFoundPage(reply, me)
        const { endsTrust, refuse: refuseAll } = await signInChangeOf(me, application)
        if (refuseAll) return refuseAll(reply, pageTitle)
        if (me.form.get('secret') !== undefined) return useSecret(reply, me, { application, etag, endsTrust })
        // As long as the form may be: what is too long is said above it.
        const [typed = ''] = me.form.getAll('jwks')
        const refuse = (problem: KeysProblem | HttpProblem) => {
          // What is secret is shown to nobody again.
          const kept = problem === 'private' || problem === 'shared' ? '' : typed
          const page = keysPage(me, { application, etag, typed: kept, endsTrust, problem })
          return sendPage(reply.code(problem instanceof HttpProblem ? problem.status : 400), page)
        }
        const keys = await keysIn(typed)
        if (typeof keys === 'string') return refuse(keys)
        const done = await me.attempt('applications.update', {
          params: { client_id: application.client_id },
          body: { jwks: keys, token_endpoint_auth_method: 'private_key_jwt' },
          ifMatch: me.form.get('etag') ?? '',
        })
        if (done instanceof HttpProblem) return refuse(done)
        return me.backTo(reply, applicationHref(application), 'applicationChanged')
      },
    },
  }
}

async function useSecret(
  reply: FastifyReply,
  me: PortalPerson,
  { application, etag, endsTrust }: Readonly<{ application: Application; etag: string; endsTrust: boolean }>,
): Promise<FastifyReply> {
  const key = me.form.get('key')
  const done = await me.attempt('applications.use_secret', {
    params: { client_id: application.client_id },
    body: {},
    ...(key !== undefined && { idempotencyKey: key }),
  })
  if (!(done instanceof HttpProblem)) {
    const page = secretMadePage(me, application, done.body.client_secret, madeTitle)
    return sendPage(reply, page)
  }
  const typed = application.jwks ? JSON.stringify(application.jwks, undefined, 2) : ''
  return sendPage(reply.code(done.status), keysPage(me, { application, etag, typed, endsTrust, problem: done }))
}

function pageTitle({ portalApplications }: Texts): string {
  return portalApplications.keysPage.title
}

function madeTitle({ portalApplications }: Texts): string {
  return portalApplications.keysPage.backMade
}

/** The set that somebody pasted, a single key as a set of one; or what is wrong with it. */
async function keysIn(typed: string): Promise<Readonly<{ keys: Record<string, unknown>[] }> | KeysProblem> {
  if (typed.trim() === '') return 'none'
  const read = parsed(typed)
  // First of all, and in all of it: what else is wrong is told with the text shown again.
  if (/PRIVATE KEY|"(?:d|p|q|dp|dq|qi|oth)"\s*:/.test(typed)) return 'private'
  if (/"k"\s*:/.test(typed)) return 'shared'
  if (typed.length > MAX_KEYS_CHARACTERS) return 'long'
  if (read === undefined) return 'json'
  const set = isObject(read) && 'kty' in read && !('keys' in read) ? { keys: [read] } : read
  const keys = await readPublicKeys(set, { authenticates: true })
  if (typeof keys === 'string') return keys
  return { keys: keys.keys.map((key) => ({ ...key })) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
