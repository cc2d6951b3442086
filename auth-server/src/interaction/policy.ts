// Which page a person has to see before an app gets its code, and why. Pure.

export type Step = 'login' | 'consent' | 'continue' | 'done' | 'denied' | 'other-person'

export interface Facts {
  /**
   * The browser's session: how long before this visit the person signed in (seconds; negative when since), and whether
   * the steps below were taken in it; and whether it is the person that the app expects, where it expects one.
   */
  readonly session: Readonly<{ ageAtVisitSeconds: number; tookTheSteps: boolean; isExpected: boolean }> | undefined
  /** A new login was asked for, by `prompt` or by the person. */
  readonly loginAgain: boolean
  readonly maxAgeSeconds: number | undefined
  /** A claimed https redirect proves which app is asking; a private-use scheme or a loopback port does not (RFC 8252 §8.6). */
  readonly redirectProvesApp: boolean
  /** The scopes need a yes: the subscription is not trusted and they were not all allowed before, or `prompt=consent`. */
  readonly scopesNeedConsent: boolean
  readonly personConfirmed: boolean
  readonly scopesConfirmed: boolean
  readonly denied: boolean
}

/** The next step on the way to a code. */
export function nextStep(facts: Facts): Step {
  if (facts.denied) return 'denied'
  if (!facts.session || facts.loginAgain) return 'login'
  const { tookTheSteps, ageAtVisitSeconds, isExpected } = facts.session
  const personConfirmed = tookTheSteps && facts.personConfirmed
  // Whoever else was signed in may make way once; whoever signs in instead of the expected one is told to the app.
  if (!isExpected) return personConfirmed ? 'other-person' : 'login'
  // Only a login makes a session younger; no other step stands in for it.
  if (facts.maxAgeSeconds !== undefined && ageAtVisitSeconds > facts.maxAgeSeconds) return 'login'
  if (facts.scopesNeedConsent && !(tookTheSteps && facts.scopesConfirmed)) return 'consent'
  // A session alone never mints a code for an app that anybody's app could pose as.
  if (!facts.redirectProvesApp && !personConfirmed) return 'continue'
  return 'done'
}
