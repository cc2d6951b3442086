// How the quota is told: response headers, the 429 answer, and the mark that carries both through Kong to the guard.
import { type Denial, type RefusalFacts, unavailable } from '../effects.ts'
import type { Admission, WindowState } from './admission.ts'
import type { QuotaVerdict } from './counters.ts'

/** The headers Kong's own rate-limiting sends, for the tightest window and for each window. */
export function limitHeaders({ windows, tightest }: Admission): Record<string, string> {
  return {
    'RateLimit-Limit': String(tightest.limit),
    'RateLimit-Remaining': String(tightest.remaining),
    'RateLimit-Reset': String(tightest.resetSeconds),
    ...Object.fromEntries(
      windows.flatMap((window) => [
        [`X-RateLimit-Limit-${label(window)}`, String(window.limit)],
        [`X-RateLimit-Remaining-${label(window)}`, String(window.remaining)],
      ]),
    ),
  }
}

/** The answer to a call that was not admitted. */
export function notAdmitted(verdict: QuotaVerdict): Denial {
  return verdict.kind === 'undecided' ? unavailable(verdict.why) : limitExceeded(verdict)
}

function factsOf({ windows, tightest: { limit, remaining, resetSeconds } }: Admission): RefusalFacts {
  const shown = windows.find((window) => window.limit === limit && window.remaining === remaining)
  return { ...(shown && { window: shown.name }), limit, reset_seconds: resetSeconds }
}

/** RFC 6585 §4. */
function limitExceeded(admission: Admission): Denial {
  return {
    status: 429,
    body: { message: 'API rate limit exceeded' },
    headers: { ...limitHeaders(admission), 'Retry-After': String(admission.tightest.resetSeconds) },
    reason: admission.tightest.scope === 'application' ? "application's limit exceeded" : 'limit exceeded',
    facts: factsOf(admission),
  }
}

/**
 * The mark for the guard: `<policy>;<limit>;<remaining>;<reset>;<windows>`, windows as `Minute:60:59,Hour:1000:999`.
 * It proves to the guard that this policy's plugin ran, and tells it the numbers to send to the client.
 */
export function mark(policy: string, { windows, tightest }: Admission): string {
  const each = windows.map((window) => `${label(window)}:${window.limit}:${window.remaining}`).join(',')
  return [policy, tightest.limit, tightest.remaining, tightest.resetSeconds, each].join(';')
}

function label({ name }: WindowState): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
