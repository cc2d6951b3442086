// Cross-site request forgery: a form counts only from the browser, the page and the origin that it was made for.
import type { FastifyRequest } from 'fastify'
import { equalInConstantTime, hmac } from '../crypto/digest.ts'
import type { KnownSecrets } from '../crypto/secrets.ts'
import { formOf } from './form.ts'
import { ParameterError, Parameters } from './parameters.ts'
import { HttpProblem } from './problem.ts'

/** Why a form does not count. */
type FormProblem = 'foreign origin' | 'cross-site' | 'no cookie' | 'token missing' | 'token wrong'

/** What a form is held against. */
export interface ExpectedForm {
  /** In the cookies that came with it; its page was made for one of them. */
  readonly secrets: readonly string[]
  readonly page: string
  /** What the refusal says: without a word about sign-ins unless the secrets are those of one. */
  readonly refusal?: 'foreign_form' | 'foreign_or_old_form'
  /** Of a page that may have ended, and its cookie with it: the caller says so. */
  readonly mayLackCookie?: boolean
}

const NONE = Parameters.parse('')

/** The page that forms are on. */
export interface FormPage {
  readonly page: string
  /** The address that its forms are posted below. */
  readonly path: string
  /** What else its forms can end at than this server: trusted redirect URIs, and origins of other providers. */
  readonly leadsTo: readonly string[]
}

/**
 * What ties the forms of a page to it and to one browser. No form is made without one, and only this file makes one: so
 * none lacks its token, and none leads where the policy of its page does not let it.
 */
export class FormBinding {
  readonly path: string
  readonly leadsTo: readonly string[]
  readonly #fields: Readonly<Record<string, string>>

  private constructor({ path, leadsTo }: Pick<FormPage, 'path' | 'leadsTo'>, fields: Readonly<Record<string, string>>) {
    this.path = path
    this.leadsTo = leadsTo
    this.#fields = fields
  }

  /** @param secret in the cookie of the browser that the page is for. */
  static to([now]: KnownSecrets, secret: string, page: FormPage): FormBinding {
    return new FormBinding(page, { csrf: csrfToken(now, secret, page.page) })
  }

  /** For what a form does in the name of whoever is signed in: from a stale tab it counts for nobody else. */
  inSession(sessionId: string): FormBinding {
    return new FormBinding(this, { ...this.#fields, session: sessionId })
  }

  /** For forms that can end elsewhere as well. */
  leadingTo(...more: readonly string[]): FormBinding {
    return new FormBinding({ path: this.path, leadsTo: [...this.leadsTo, ...more] }, this.#fields)
  }

  /** The fields that make its forms count. */
  get hidden(): Readonly<Record<string, string>> {
    return this.#fields
  }
}

function csrfToken(cookieSecret: string, secret: string, page: string): string {
  return hmac(cookieSecret, 'csrf', secret, page)
}

/** A form that does not count: nothing is done by what it says. */
export interface RefusedForm {
  readonly problem: HttpProblem
  /** What it says, where the browser vouches that a page of ours has sent it, from before the last sign-in: to be shown again. */
  readonly stale: Parameters | undefined
}

interface OfServer {
  readonly cookieSecrets: KnownSecrets
  readonly issuer: string
}

/**
 * The form that a page of ours has sent; empty on GET. Pages read their forms by it alone (.ci/import-rules.ts).
 * @throws {HttpProblem} 403 when it is not our own, which is logged. @throws {ParameterError} when it cannot be read.
 */
export function readOwnForm(request: FastifyRequest, server: OfServer, expected: ExpectedForm): Parameters {
  const read = checkOwnForm(request, server, expected)
  if (read instanceof Parameters) return read
  throw read.problem
}

/** The same, for whoever answers to one that does not count. @throws {ParameterError} when it cannot be read. */
export function checkOwnForm(
  request: FastifyRequest,
  { cookieSecrets, issuer }: OfServer,
  { secrets, page, refusal = 'foreign_form', mayLackCookie = false }: ExpectedForm,
): Parameters | RefusedForm {
  if (request.method !== 'POST') return NONE
  const form = formOf(request) ?? NONE
  form.requireReadable()
  const tokens = secrets.flatMap((secret) => cookieSecrets.map((key) => csrfToken(key, secret, page)))
  const reason = problemOf(request, { issuer, tokens, sent: form.get('csrf') })
  if (reason === undefined) return form
  const { origin, 'sec-fetch-site': site } = request.headers
  request.log.warn({ event: 'form_refused', reason, origin, site, issuer }, 'a form was refused')
  if (reason === 'no cookie' && mayLackCookie) return form
  const isOurs =
    (reason === 'token missing' || reason === 'token wrong') && (origin === issuer || site === 'same-origin')
  const problem = new HttpProblem(refusal, 'the form did not come from a page of this server', { status: 403 })
  return { problem, stale: isOurs ? form : undefined }
}

/**
 * The form that a page of somebody else has posted, without any proof of who sent it: for those alone who believe nothing of
 * it (interaction/provider/posted.ts). @throws {ParameterError} when it cannot be read, or says something twice.
 */
export function readForeignForm(request: FastifyRequest): Parameters {
  const form = formOf(request)
  if (!form) throw new ParameterError('the answer has to be a form')
  form.requireSingle()
  return form
}

function problemOf(
  { headers }: FastifyRequest,
  { issuer, tokens, sent }: Readonly<{ issuer: string; tokens: readonly string[]; sent: string | undefined }>,
): FormProblem | undefined {
  const { origin, 'sec-fetch-site': site } = headers
  // "null" is what browsers send with our own forms when something on the way sets Referrer-Policy: no-referrer (Fetch
  // §3.2, "append a request Origin header"). It says nothing, like no Origin at all: site and token decide.
  if (origin !== undefined && origin !== 'null' && origin !== issuer) return 'foreign origin'
  if (site !== undefined && site !== 'same-origin') return 'cross-site'
  if (tokens.length === 0) return 'no cookie'
  if (sent === undefined) return 'token missing'
  return tokens.some((token) => equalInConstantTime(sent, token)) ? undefined : 'token wrong'
}
