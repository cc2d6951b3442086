// A visit without an app: it signs somebody in, or in once more, for a page of their account, and leads back there.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Deps } from '../deps.ts'
import { Parameters } from '../http/parameters.ts'
import { isPageBelow } from '../http/request-path.ts'
import { uiLocalesOf } from '../pages/language.ts'
import { insertRequest, type StoredReturn } from '../store/tables/authorization-requests.ts'
import { ACCOUNT_PATH, resumePath } from './paths.ts'

/** What a page of the account asks of whoever opens it. */
export interface AccountVisit {
  /** Where the visit leads back to: the path of a page below /account, with its query. */
  readonly returnTo: string
  /** How long ago the sign-in may have been, if that matters. */
  readonly maxAgeSeconds?: number
  /** The authentication context class that the page wants, if it wants one. */
  readonly acr?: string
}

type AccountVisitDeps = Pick<Deps, 'config' | 'db' | 'cookies' | 'limits'>

/** Begins a visit and sends the browser to it. @throws {HttpProblem} too_many_requests when one address begins too many. */
export async function beginAccountVisit(
  deps: AccountVisitDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  visit: AccountVisit,
): Promise<FastifyReply> {
  const { id } = await openAccountVisit(deps, request, reply, visit)
  return reply.redirect(resumePath(id), 303)
}

/** Begins a visit that the browser is not sent to yet. @throws {HttpProblem} as above. */
export async function openAccountVisit(
  { config, db, cookies, limits }: AccountVisitDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { returnTo, maxAgeSeconds, acr }: AccountVisit,
): Promise<Readonly<{ id: string; secret: string }>> {
  const uiLocales = uiLocalesOf(Parameters.ofUrl(request.raw.url ?? ''))
  const asked: StoredReturn = {
    returnTo: isAccountPage(config.issuer, returnTo) ? returnTo : ACCOUNT_PATH,
    prompts: [],
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(acr !== undefined && { acrValues: [acr] }),
    ...(uiLocales.length > 0 && { uiLocales }),
  }
  limits.visits.admit(request.ip, JSON.stringify(asked))
  const [id, secret] = [randomSecret(16), randomSecret()]
  const visit = { id, browserHash: sha256(secret), app: undefined, request: asked, pushedUriHash: null }
  await insertRequest(db, visit)
  cookies.beginVisit(reply, { id, secret })
  return { id, secret }
}

/** Whether a text is the path of a page of the account. */
export function isAccountPage(issuer: string, text: string): boolean {
  return isPageBelow(ACCOUNT_PATH, issuer, text)
}
