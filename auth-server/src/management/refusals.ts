// What operations are refused with, by the code that machines read.
import { HttpProblem } from '../http/problem.ts'

/** There is no such thing, or nothing that the caller may know of. */
export function notFound(what: string): HttpProblem {
  return new HttpProblem('not_found', `there is no ${what} of this id`, { status: 404 })
}

/** The thing is there, and what would be taken from it is not. */
export function notThere(description: string): HttpProblem {
  return new HttpProblem('not_found', description, { status: 404 })
}

export function invalid(description: string): HttpProblem {
  return new HttpProblem('invalid_request', description, { status: 400 })
}

/** It does not fit what there is. */
export function conflict(description: string): HttpProblem {
  return new HttpProblem('conflict', description, { status: 409 })
}

/** RFC 6750 §3.1 @param scope that would do */
export function insufficientScope(scope: string): HttpProblem {
  const description = `the scope ${scope} is missing`
  const challenge = `Bearer realm="mobile-api-gateway", error="insufficient_scope", error_description="${description}", scope="${scope}"`
  return new HttpProblem('insufficient_scope', description, {
    status: 403,
    headers: { 'www-authenticate': challenge },
  })
}

/** Whatever scopes the caller has. */
export function forbidden(description: string): HttpProblem {
  return new HttpProblem('access_denied', description, { status: 403 })
}

/** RFC 6585 §3 */
export function preconditionRequired(): HttpProblem {
  const description =
    'send If-Match with the ETag of what you have read, so that nobody overwrites what another changed'
  return new HttpProblem('precondition_required', description, { status: 428 })
}

/** RFC 9110 §15.5.13 */
export function preconditionFailed(): HttpProblem {
  const description = 'it has changed since you read it: read it again, and decide with what is there now'
  return new HttpProblem('precondition_failed', description, { status: 412 })
}
