// Which step a person has to take before an app gets its code, and why: a table, of which the first row that holds is next. Pure.
import type { DoneSteps } from '../store/visit-steps.ts'

export interface Facts {
  /**
   * The browser's session: how long before this visit the person signed in (seconds; negative when since), and whether
   * it is the person that the app expects, where it expects one.
   */
  readonly session: Readonly<{ id: string; ageAtVisitSeconds: number; isExpected: boolean }> | undefined
  /** What was done in this visit, by step. */
  readonly steps: DoneSteps
  /** OpenID Connect Core §3.1.2.1. */
  readonly prompts: readonly string[]
  readonly maxAgeSeconds: number | undefined
  /** A claimed https redirect proves which app is asking; a private-use scheme or a loopback port does not (RFC 8252 §8.6). */
  readonly redirectProvesApp: boolean
  /** The scopes need a yes: the subscription is not trusted and they were not all allowed before, or `prompt=consent`. */
  readonly scopesNeedConsent: boolean
}

/**
 * A step either has a page (at `/interaction/<visit>/<step>`, in a folder of its own), of which `prompt=none` hears
 * `withoutPage` instead (OpenID Connect Core §3.1.2.6); or it ends the visit with an error for the app.
 */
const POLICY = [
  {
    step: 'denied',
    needed: ({ steps }) => steps.deny !== undefined,
    ends: { code: 'access_denied', description: 'the person declined' },
  },
  { step: 'login', needed: needsLogin, withoutPage: 'login_required' },
  {
    // Whoever else was signed in could make way; whoever has signed in instead of the expected one is told to the app.
    step: 'other-person',
    needed: ({ session }) => session?.isExpected === false,
    ends: {
      code: 'login_required',
      description: 'another person signed in than the one that id_token_hint names',
    },
  },
  {
    step: 'consent',
    needed: (facts) => facts.scopesNeedConsent && !doneInSession(facts, 'consent'),
    withoutPage: 'consent_required',
  },
  {
    // A session alone never mints a code for an app that anybody's app could pose as.
    step: 'continue',
    needed: (facts) => !facts.redirectProvesApp && !isPersonConfirmed(facts),
    withoutPage: 'interaction_required',
  },
] as const satisfies readonly (Readonly<{ step: string; needed: (facts: Facts) => boolean }> &
  (Readonly<{ withoutPage: string }> | Readonly<{ ends: Readonly<{ code: string; description: string }> }>))[]

/** A row of the policy. */
export type Step = (typeof POLICY)[number]
/** The steps that have a page. */
export type PageStep = Extract<Step, { withoutPage: string }>['step']

/** The next step on the way to a code; undefined when nothing is left to do. */
export function nextStep(facts: Facts): Step | undefined {
  return POLICY.find(({ needed }) => needed(facts))
}

/** A step counts for the person of its session only. */
function doneInSession({ session, steps }: Facts, step: string): boolean {
  return session !== undefined && steps[step]?.session === session.id
}

/** The person of this session has done something here that only a person does. */
function isPersonConfirmed(facts: Facts): boolean {
  return ['login', 'consent', 'continue'].some((step) => doneInSession(facts, step))
}

function needsLogin(facts: Facts): boolean {
  const { session, steps, prompts, maxAgeSeconds } = facts
  const isAsked = steps.switch !== undefined || prompts.includes('login') || prompts.includes('select_account')
  if (!session || (isAsked && steps.login === undefined)) return true
  if (!session.isExpected) return !isPersonConfirmed(facts)
  // Only a login makes a session younger; no other step stands in for it.
  return maxAgeSeconds !== undefined && session.ageAtVisitSeconds > maxAgeSeconds
}
