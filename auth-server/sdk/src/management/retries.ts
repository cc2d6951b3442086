// Sends a request again where that is safe and likely to help: nothing was answered, or the answer asks to wait.
import { setTimeout as wait } from 'node:timers/promises'
import { ManagementError, NO_ANSWER, readRetryAfter } from './management-error.ts'

/** What may be done about a failure. */
export interface RetryRules {
  /** Whether the request may be sent again though it may have been done: it reads, or says by its key that it is the same. */
  readonly isRepeatable: boolean
  /** Ends it all. */
  readonly signal: AbortSignal
}

const MAX_ATTEMPTS = 4
const FIRST_WAIT_MILLIS = 100
/** Whoever has to wait longer is told so, and decides. */
const MAX_WAIT_SECONDS = 20
/** Refused before anything was done (RFC 6585 §4, RFC 9110 §15.6.4). */
const NOT_NOW = [429, 503]
/** Something on the way gave up; it may have been done. */
const GATEWAY_FAILED = [502, 504]

/** @throws {ManagementError} when nothing answers; whatever answers is returned, also a refusal. */
export async function sendWithRetries(
  operation: string,
  attempt: (signal: AbortSignal) => Promise<Response>,
  { isRepeatable, signal }: RetryRules,
): Promise<Response> {
  for (let attempts = 1; ; attempts++) {
    const isLast = attempts >= MAX_ATTEMPTS
    const backoffMillis = FIRST_WAIT_MILLIS * 2 ** (attempts - 1) * (0.5 + Math.random())
    try {
      const response = await attempt(signal)
      const again = NOT_NOW.includes(response.status) || (isRepeatable && GATEWAY_FAILED.includes(response.status))
      if (!again || isLast) return response
      const retryAfterSeconds = readRetryAfter(response)
      if (retryAfterSeconds !== undefined && retryAfterSeconds > MAX_WAIT_SECONDS) return response
      await response.body?.cancel()
      await pause(retryAfterSeconds === undefined ? backoffMillis : retryAfterSeconds * 1000, signal)
    } catch (error) {
      if (signal.aborted) throw ended(operation, signal)
      if (error instanceof ManagementError) throw error
      if (!isRepeatable || isLast)
        throw new ManagementError(operation, { code: 'unreachable', detail: NO_ANSWER.unreachable, cause: error })
      await pause(backoffMillis, signal).catch(() => undefined)
      if (signal.aborted) throw ended(operation, signal)
    }
  }
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  if (millis > 0) await wait(millis, undefined, { signal })
}

/** The time limit is ours; what the caller has aborted ends with the caller's own reason. */
export function ended(operation: string, signal: AbortSignal): unknown {
  const reason: unknown = signal.reason
  if (reason instanceof DOMException && reason.name === 'TimeoutError')
    return new ManagementError(operation, { code: 'timeout', detail: NO_ANSWER.timeout, cause: reason })
  return reason
}
