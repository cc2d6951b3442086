// What is thrown below the edge by code that knows of no request, and the problem that it is to whoever asked.
import { PasswordQueueFull, PasswordShareUsedUp } from './crypto/password-queue.ts'
import { PasswordThreadLost } from './crypto/password-work.ts'
import { ParameterError } from './http/parameters.ts'
import { HttpProblem, temporarilyUnavailable, tooManyRequests } from './http/problem.ts'
import type { ProblemRow } from './http/problem-handler.ts'
import { ConnectionsInUse } from './store/connection-share.ts'
import { isDatabaseAway } from './store/health.ts'

const RETRY_AFTER_SECONDS = 5

const BUSY = [PasswordQueueFull, PasswordThreadLost, ConnectionsInUse]

/** PostgreSQL's `character_not_in_repertoire`: U+0000 is no character of a text. */
const NO_TEXT = '22021'

/** The status of the framework's own refusals (413, 415, malformed body …). */
function statusOf(error: Error): number | undefined {
  const status = 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined
}

export const PROBLEMS: readonly ProblemRow[] = [
  // First: a caller that hung up is an ECONNRESET, too, and no outage of the database.
  {
    fits: (error) => statusOf(error) !== undefined,
    problem: (error) => new HttpProblem('invalid_request', error.message, { status: statusOf(error) ?? 400 }),
  },
  {
    fits: (error) => error instanceof ParameterError,
    problem: ({ message }) => new HttpProblem('invalid_request', message, { status: 400 }),
  },
  {
    fits: (error) => 'code' in error && error.code === NO_TEXT,
    problem: () => new HttpProblem('invalid_request', 'something in this request is no text', { status: 400 }),
  },
  {
    fits: (error) => BUSY.some((kind) => error instanceof kind) || isDatabaseAway(error),
    problem: (cause) =>
      temporarilyUnavailable('the server is busy; try again in a few seconds', RETRY_AFTER_SECONDS, { cause }),
  },
  {
    fits: (error) => error instanceof PasswordShareUsedUp,
    problem: () =>
      tooManyRequests(
        'too many people sign in from this address at once; try again in a few seconds',
        RETRY_AFTER_SECONDS,
        { detail: 'if this address is a load balancer of ours, name it in TRUSTED_PROXIES' },
      ),
  },
]
