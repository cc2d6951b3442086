// Cross-site request forgery: a form counts only from the browser, the page and the origin that it was made for.
import type { FastifyRequest } from 'fastify'
import { equalInConstantTime, hmac } from '../crypto/digest.ts'

/** Why a form does not count. */
export type FormProblem = 'foreign origin' | 'cross-site' | 'no cookie' | 'token missing' | 'token wrong'

/** What a form is held against: the secrets in the cookies that came with it, one of which its page was made for. */
export interface ExpectedForm {
  readonly cookieSecret: string
  readonly issuer: string
  readonly secrets: readonly string[]
  readonly page: string
  readonly token: string | undefined
}

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
  static to(cookieSecret: string, secret: string, page: FormPage): FormBinding {
    return new FormBinding(page, { csrf: csrfToken(cookieSecret, secret, page.page) })
  }

  /** For what a form does in the name of whoever is signed in: from a stale tab it counts for nobody else. */
  inSession(sessionId: string): FormBinding {
    return new FormBinding(this, { ...this.#fields, session: sessionId })
  }

  /** The fields that make its forms count. */
  get hidden(): Readonly<Record<string, string>> {
    return this.#fields
  }
}

function csrfToken(cookieSecret: string, secret: string, page: string): string {
  return hmac(cookieSecret, 'csrf', secret, page)
}

/** Why a posted form is not our own, which is also logged; undefined when it is. */
export function formProblem(request: FastifyRequest, expected: ExpectedForm): FormProblem | undefined {
  const problem = judge(request, expected)
  if (problem !== undefined) {
    const { origin, 'sec-fetch-site': site } = request.headers
    request.log.warn(
      { event: 'form_refused', reason: problem, origin, site, issuer: expected.issuer },
      'a form was refused',
    )
  }
  return problem
}

function judge({ headers }: FastifyRequest, { cookieSecret, issuer, secrets, page, token }: ExpectedForm) {
  const { origin, 'sec-fetch-site': site } = headers
  // "null" is what browsers send with our own forms when something on the way sets Referrer-Policy: no-referrer (Fetch
  // §3.2, "append a request Origin header"). It says nothing, like no Origin at all: site and token decide.
  if (origin !== undefined && origin !== 'null' && origin !== issuer) return 'foreign origin'
  if (site !== undefined && site !== 'same-origin') return 'cross-site'
  if (secrets.length === 0) return 'no cookie'
  if (token === undefined) return 'token missing'
  const fits = secrets.some((secret) => equalInConstantTime(token, csrfToken(cookieSecret, secret, page)))
  return fits ? undefined : 'token wrong'
}
