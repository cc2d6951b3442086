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

/** The form token for one page and the browser that has this secret in a cookie. */
export function csrfToken(cookieSecret: string, secret: string, page: string): string {
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
