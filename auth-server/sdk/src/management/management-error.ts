// What a call of the management API fails with: the answer's problem (RFC 9457), or why there was no answer.

/** What happened where there was no answer of the API. */
export const NO_ANSWER = {
  unreachable: 'The management API cannot be reached',
  timeout: 'The management API did not answer in time',
  unexpected_answer: 'What answered is not the management API',
  unusable_key: 'The private key cannot sign with its algorithm',
} as const

/** What is known of a failure. */
export interface ManagementFailure {
  /** The problem's `code` (`not_found`, `conflict` …), OAuth's error where no token was given, or one of NO_ANSWER. */
  readonly code: string
  /** Which refusal of its kind (`last_owner`, `redirect_wildcard` …), where the API says so: it stays as it is. */
  readonly reason?: string | undefined
  /** One sentence for whoever called. */
  readonly detail: string
  /** Undefined where nothing was answered. */
  readonly status?: number | undefined
  /** How long to wait, where the answer says so. */
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

/** A call that failed. `operation` is the id of the operation, `token` where already the access token was refused. */
export class ManagementError extends Error {
  override readonly name = 'ManagementError'
  readonly operation: string
  readonly code: string
  readonly reason: string | undefined
  readonly detail: string
  readonly status: number | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(operation: string, { code, reason, detail, status, retryAfterSeconds, cause }: ManagementFailure) {
    super(`${operation}: ${detail}${status === undefined ? '' : ` (${status} ${code})`}`, { cause })
    this.operation = operation
    this.code = code
    this.reason = reason
    this.detail = detail
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The failure that an answer tells of, whichever of the two error formats it has. */
export async function failureOf(response: Response): Promise<ManagementFailure> {
  const { status } = response
  const retryAfterSeconds = readRetryAfter(response)
  const problem = await readObject(response)
  // RFC 6749 §5.2 at the token endpoint, RFC 9457 elsewhere.
  const code = problem?.code ?? problem?.error
  const detail = problem?.detail ?? problem?.error_description
  if (typeof code !== 'string' || typeof detail !== 'string')
    return { code: 'unexpected_answer', detail: NO_ANSWER.unexpected_answer, status, retryAfterSeconds }
  const reason = typeof problem?.reason === 'string' ? problem.reason : undefined
  return { code, reason, detail, status, retryAfterSeconds }
}

async function readObject(response: Response): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? { ...body } : undefined
  } catch {
    return undefined
  }
}

/** How long an answer asks to wait (RFC 9110 §10.2.3): it says so in seconds, or by a moment. */
export function readRetryAfter({ headers }: Response): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const moment = Date.parse(text)
  return Number.isNaN(moment) ? undefined : Math.max(0, Math.ceil((moment - Date.now()) / 1000))
}
