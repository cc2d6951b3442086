// Cross-site request forgery: a form counts only from the browser, the page and the origin that it was made for.
import type { FastifyRequest } from 'fastify'
import { equalInConstantTime, hmac } from '../crypto/digest.ts'

/** The form token for one browser and one page. */
export const csrfToken = (cookieSecret: string, browser: string, page: string): string =>
  hmac(cookieSecret, 'csrf', browser, page)

/** Whether a posted form is our own: its token fits browser and page, and the browser names no other origin. */
export const isOwnForm = (
  request: FastifyRequest,
  expected: Readonly<{
    cookieSecret: string
    issuer: string
    browser: string
    page: string
    token: string | undefined
  }>,
): boolean => {
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  if (origin !== undefined && origin !== expected.issuer) return false
  if (site !== undefined && site !== 'same-origin') return false
  return equalInConstantTime(expected.token ?? '', csrfToken(expected.cookieSecret, expected.browser, expected.page))
}
