// The statuses of problems, and which of them an operation can answer with. The documents and the tests read it.
import { isWrite, type ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'

function problem(description: string, ...headers: readonly string[]) {
  return {
    description,
    ...(headers.length > 0 && {
      headers: Object.fromEntries(headers.map((name) => [name, { schema: { type: 'string' } }])),
    }),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

export const PROBLEM_STATUSES = {
  400: problem('What was sent does not fit.'),
  401: problem('The access token is missing or not valid.', 'WWW-Authenticate'),
  403: problem('The token lacks the scope, or no client may do this.', 'WWW-Authenticate'),
  404: problem('There is no such thing.'),
  409: problem('It does not fit what there is, or the catalogue file manages it.'),
  412: problem('It has changed since it was read.'),
  413: problem('The body is longer than 64 KiB.'),
  415: problem('The body is no application/json.'),
  422: problem('The Idempotency-Key was sent with another request.'),
  428: problem('If-Match is missing.'),
  429: problem('This client asks too often.', 'Retry-After'),
  503: problem('The server is busy.', 'Retry-After'),
} as const

export type ProblemStatus = keyof typeof PROBLEM_STATUSES

/** Every status of a problem that an operation can answer with. */
export function problemsOf(row: ManagementOperation): readonly ProblemStatus[] {
  return [
    400,
    401,
    403,
    ...(row.problems ?? []),
    ...(row.precondition ? ([412, 428] as const) : []),
    ...(isWrite(row) ? ([413, 415, 422] as const) : []),
    429,
    503,
  ]
}
