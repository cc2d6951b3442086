// What a request is refused with: one error shape with a word for each of its readers. How it is answered: problem-handler.ts.
import type { NamedRefusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { inAscii } from './ascii.ts'

/** What a page shows of a problem to those who may see it: addresses, a line each. No other answer holds it, and no log. */
export interface Evidence {
  readonly label: string
  readonly values: readonly string[]
}

/** What a problem can bring beside its code and its sentence. */
export interface ProblemDetails {
  readonly status: number
  /** For the log. */
  readonly detail?: string | undefined
  readonly cause?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Where the browser is sent with it, when somebody else has to hear of it than whoever asked. */
  readonly location?: string
  readonly evidence?: readonly Evidence[]
  readonly way?: WayInstead | undefined
  /** What the page says in the place of what it says of the code, which may stand for more than one thing. */
  readonly page?: 'waits_for_approval' | undefined
  /** Why, for programs and in the words of a language. */
  readonly refusal?: NamedRefusal | undefined
}

/** What the page of a problem offers instead; its text is one of the locales. */
export interface WayInstead {
  readonly text: 'signOut'
  readonly href: string
}

/** One error, three readers: `code` for machines, `description` for the integrator, `detail` and `cause` for the log. */
export class HttpProblem<Code extends string = string> extends Error {
  override name = 'HttpProblem'
  readonly code: Code
  /** One sentence, fit for headers, too. */
  readonly description: string
  readonly status: number
  readonly detail: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly location: string | undefined
  readonly evidence: readonly Evidence[]
  readonly way: WayInstead | undefined
  readonly page: ProblemDetails['page']
  readonly refusal: NamedRefusal | undefined

  constructor(
    code: Code,
    description: string,
    { status, detail, cause, headers = {}, location, evidence = [], way, page, refusal }: ProblemDetails,
  ) {
    super(`${code}: ${description}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.description = inAscii(description)
    this.status = status
    this.detail = detail
    this.headers = headers
    this.location = location
    this.evidence = evidence
    this.way = way
    this.page = page
    this.refusal = refusal
  }
}

type More = Readonly<Pick<ProblemDetails, 'detail' | 'cause'>>

/** Too many of something (RFC 6585 §4). @param waitSeconds until the next one may come. */
export function tooManyRequests(description: string, waitSeconds: number, more: More = {}): HttpProblem {
  const headers = { 'retry-after': String(waitSeconds) }
  return new HttpProblem('too_many_requests', description, { status: 429, headers, ...more })
}

/** Something that we need does not answer, or has too much to do (RFC 9110 §15.6.4). */
export function temporarilyUnavailable(description: string, waitSeconds: number, more: More = {}): HttpProblem {
  const headers = { 'retry-after': String(waitSeconds) }
  return new HttpProblem('temporarily_unavailable', description, { status: 503, headers, ...more })
}
