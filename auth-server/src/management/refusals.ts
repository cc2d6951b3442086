// What operations are refused with: by the code of its kind and the reason, which machines read, and in a sentence.
import {
  type FactsOf,
  type NamedRefusal,
  type RefusalReason,
  refusal,
} from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { HttpProblem } from '../http/problem.ts'

const STATUSES = {
  not_found: 404,
  invalid_request: 400,
  conflict: 409,
  access_denied: 403,
  insufficient_scope: 403,
  // RFC 9110 §15.5.13
  precondition_failed: 412,
  // RFC 6585 §3
  precondition_required: 428,
  idempotency_key_reused: 422,
} as const

export function refused(
  code: keyof typeof STATUSES,
  why: NamedRefusal,
  headers: Readonly<Record<string, string>> = {},
): HttpProblem {
  return new HttpProblem(code, why.sentence, { status: STATUSES[code], refusal: why, headers })
}

/** There is no such thing, or nothing that the caller may know of. */
export function notFound(what: string): HttpProblem {
  return refused('not_found', refusal('not_found', what))
}

/** The thing is there, and what would be taken from it is not. */
export function notThere<Reason extends RefusalReason>(reason: Reason, ...facts: FactsOf<Reason>): HttpProblem {
  return refused('not_found', refusal(reason, ...facts))
}

export function invalid<Reason extends RefusalReason>(reason: Reason, ...facts: FactsOf<Reason>): HttpProblem {
  return refused('invalid_request', refusal(reason, ...facts))
}

/** It does not fit what there is. */
export function conflict<Reason extends RefusalReason>(reason: Reason, ...facts: FactsOf<Reason>): HttpProblem {
  return refused('conflict', refusal(reason, ...facts))
}

/** RFC 6750 §3.1 @param scope that would do */
export function insufficientScope(scope: string): HttpProblem {
  const why = refusal('insufficient_scope', scope)
  const challenge = `Bearer realm="mobile-api-gateway", error="insufficient_scope", error_description="${why.sentence}", scope="${scope}"`
  return refused('insufficient_scope', why, { 'www-authenticate': challenge })
}

/** Whatever scopes the caller has. */
export function forbidden<Reason extends RefusalReason>(reason: Reason, ...facts: FactsOf<Reason>): HttpProblem {
  return refused('access_denied', refusal(reason, ...facts))
}

export function preconditionRequired(): HttpProblem {
  return refused('precondition_required', refusal('precondition_required'))
}

export function preconditionFailed(): HttpProblem {
  return refused('precondition_failed', refusal('precondition_failed'))
}
