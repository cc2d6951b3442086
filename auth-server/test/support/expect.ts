// Whole answers in one assertion: a page for a person, a redirect for an app, JSON for the token endpoint.
import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { answerOf } from './phone.ts'
import { ISSUER } from './server.ts'

/** What RFC 6749 §5.2 lets an `error_description` hold. */
export const DESCRIPTION = /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/

/** A page that tells a person what went wrong, and sends nobody anywhere. */
export function expectErrorPage(t: Test, response: LightMyRequestResponse, status: number, says: RegExp): void {
  t.equal(response.statusCode, status)
  t.equal(response.headers.location, undefined, 'no redirect')
  t.equal(response.headers['content-type'], 'text/html; charset=utf-8')
  t.equal(response.headers['cache-control'], 'no-store')
  t.match(response.headers['content-security-policy'], /form-action 'none'/)
  t.match(response.body, says)
}

/** An error that the app hears by redirect: with its state, and the issuer (RFC 9207). */
export function expectRefusal(
  t: Test,
  response: LightMyRequestResponse,
  expected: Readonly<{ error: string; to: string; state?: string | undefined }>,
): void {
  const { error_description, ...rest } = answerOf(response)
  const { state, ...others } = expected
  t.strictSame(rest, { status: 303, ...others, ...(state !== undefined && { state }), iss: ISSUER })
  t.match(error_description, DESCRIPTION)
  t.equal(response.headers['cache-control'], 'no-store')
}

/** A code for the app, and nothing else beside state and issuer. Returns the code. */
export function expectCode(
  t: Test,
  response: LightMyRequestResponse,
  expected: Readonly<{ to: string; state?: string }>,
): string {
  const { code = '', ...rest } = answerOf(response)
  t.strictSame(rest, { status: 303, ...expected, iss: ISSUER })
  t.match(code, /^[\w-]{43}$/)
  return code
}

/** The JSON error of an endpoint that apps call themselves (RFC 6749 §5.2). */
export function expectJsonError(
  t: Test,
  response: LightMyRequestResponse,
  status: number,
  error: string,
  says: RegExp = DESCRIPTION,
): void {
  t.equal(response.statusCode, status)
  t.match(response.headers['content-type'], /^application\/json/)
  t.equal(response.headers['cache-control'], 'no-store')
  const body = response.json()
  t.strictSame(Object.keys(body), ['error', 'error_description'])
  t.equal(body.error, error)
  t.match(body.error_description, DESCRIPTION)
  t.match(body.error_description, says)
}
