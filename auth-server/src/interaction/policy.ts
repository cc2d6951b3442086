// Which step a person has to take before a visit is done, and why: a table, of which the first row that holds is next.
import { redirectKind } from '../catalogue/redirect-uri.ts'
import { isOffered, waysOf } from '../identity/federation/offered.ts'
import { PORTAL_CLIENT } from '../store/tables/applications.ts'
import type { StepName } from '../store/visit-steps.ts'
import { needsPasskeyOffer } from './add-passkey/needed.ts'
import { addPasskeyPages } from './add-passkey/routes.ts'
import { hasToAsk } from './ask-to-come/needed.ts'
import { askToComePages } from './ask-to-come/routes.ts'
import { needsConsent } from './consent/needed.ts'
import { isNothingOpen } from './consent/open-scopes.ts'
import { consentPages } from './consent/routes.ts'
import { continuePages } from './continue/routes.ts'
import { doneInSession, type Facts, isExpected, isTooLongAgo, type PolicyDeps } from './facts.ts'
import { guestDeviceOf, isGuestGone, needsGuestPage } from './guest/needed.ts'
import { guestPages } from './guest/routes.ts'
import { isHookAway, isRefusedByHook } from './hooks/needed.ts'
import { hookPages } from './hooks/routes.ts'
import { needsLink } from './link-provider/needed.ts'
import { linkProviderPages } from './link-provider/routes.ts'
import { loginPages } from './login/routes.ts'
import { needsRegistration } from './registration/needed.ts'
import { registrationPages } from './registration/routes.ts'
import { isHalfForgotten, isOutOfReach, needsSecondFactor } from './second-factor/needed.ts'
import { secondFactorPages } from './second-factor/routes.ts'
import type { MakeVisitPages } from './visit.ts'
import { isNotInvited } from './who-may-come/needed.ts'
import { whoMayComePages } from './who-may-come/routes.ts'

type Needed = (facts: Facts, deps: PolicyDeps) => boolean | Promise<boolean>

/** A step that has a page, at `/interaction/<visit>/<step>`, in the folder of its name. */
interface StepWithPage {
  readonly step: StepName
  readonly needed: Needed
  /** What an app hears instead that asked with `prompt=none` (OpenID Connect Core §3.1.2.6). */
  readonly withoutPage: string
  /** Whoever has done it in this visit is there in person: no other step has to ask for that. */
  readonly confirms?: true
  readonly pages: MakeVisitPages
}
/** A step that ends the visit, with an error for the app. */
interface LastStep {
  readonly step: string
  readonly needed: Needed
  readonly ends: Readonly<{ code: string; description: string }>
}

export const POLICY = [
  {
    step: 'deny',
    needed: ({ pending }) => pending.steps.deny !== undefined,
    ends: { code: 'access_denied', description: 'the person declined' },
  },
  {
    step: 'guest-gone',
    needed: isGuestGone,
    ends: { code: 'access_denied', description: 'the guest has ended, or has become an account meanwhile' },
  },
  { step: 'guest', needed: needsGuestPage, withoutPage: 'interaction_required', pages: guestPages },
  {
    // The providers that were chosen are configured no more; nobody comes in by another way instead.
    step: 'no-way',
    needed: ({ pending }, { providers }) => {
      const { own, providers: offered } = waysOf(providers, pending)
      return !own && offered.length === 0
    },
    ends: { code: 'access_denied', description: 'no way to sign in that this application may offer is set up' },
  },
  { step: 'login', needed: needsLogin, withoutPage: 'login_required', confirms: true, pages: loginPages },
  {
    // Whoever else was signed in could make way; whoever has signed in instead of the expected one is told to the app.
    step: 'other-person',
    needed: (facts) => facts.session !== undefined && !isExpected(facts.session, facts),
    ends: {
      code: 'login_required',
      description: 'another person signed in than the one that the application expects',
    },
  },
  {
    step: 'unmet',
    needed: isOutOfReach,
    ends: {
      code: 'unmet_authentication_requirements',
      description: 'the person has set up nothing that acr asks for',
    },
  },
  {
    // Until then a password alone opens nothing of somebody who has more.
    step: 'second-factor',
    needed: needsSecondFactor,
    withoutPage: 'login_required',
    confirms: true,
    pages: secondFactorPages,
  },
  {
    // Both are proven by now: who somebody is at the provider, and that the account is theirs.
    step: 'link-provider',
    needed: needsLink,
    withoutPage: 'interaction_required',
    pages: linkProviderPages,
  },
  {
    // Who it is has been shown in every respect by now. Nobody else hears of whoever the API is not for.
    step: 'who-may-come',
    needed: isNotInvited,
    withoutPage: 'access_denied',
    pages: whoMayComePages,
  },
  {
    // The same, where they can ask to be let in.
    step: 'ask-to-come',
    needed: hasToAsk,
    withoutPage: 'interaction_required',
    pages: askToComePages,
  },
  {
    // RFC 6749 §4.1.2.1: whoever asks later may be answered.
    step: 'hook-away',
    needed: isHookAway,
    ends: { code: 'temporarily_unavailable', description: 'who decides on this sign-in does not answer; try again' },
  },
  {
    step: 'hooks',
    needed: isRefusedByHook,
    withoutPage: 'access_denied',
    pages: hookPages,
  },
  {
    // What the API wants to know, and terms that it has people agree to: nothing goes past it.
    step: 'registration',
    needed: needsRegistration,
    withoutPage: 'interaction_required',
    pages: registrationPages,
  },
  {
    // RFC 6749 §3.3: what is withheld is left out, and `scope` tells the app; nothing at all is told as this.
    step: 'no-scope',
    needed: isNothingOpen,
    ends: { code: 'access_denied', description: 'what the app asked for is for the people of a group alone' },
  },
  {
    // After a password, where there could be a passkey instead. Nobody has to.
    step: 'add-passkey',
    needed: needsPasskeyOffer,
    withoutPage: 'interaction_required',
    pages: addPasskeyPages,
  },
  { step: 'consent', needed: needsConsent, withoutPage: 'consent_required', confirms: true, pages: consentPages },
  {
    // A session alone never mints a code for an app that anybody's app could pose as, and makes no guest part of an account.
    step: 'continue',
    needed: async (facts, { db }) =>
      !isPersonConfirmed(facts) && !(isAppProven(facts) && (await guestDeviceOf(facts, db)) === undefined),
    withoutPage: 'interaction_required',
    confirms: true,
    pages: continuePages,
  },
] as const satisfies readonly (StepWithPage | LastStep)[]

/** A row of the policy. */
export type Step = (typeof POLICY)[number]
/** The steps that have a page. */
export type PageStep = Extract<Step, { pages: MakeVisitPages }>['step']

/** The next step of a visit, by what is true in the database now; undefined when nothing is left to do. */
export async function nextStepOf(
  deps: PolicyDeps,
  pending: Facts['pending'],
  session: Facts['session'],
): Promise<Step | undefined> {
  const facts = { pending, session }
  for (const row of POLICY) if (await row.needed(facts, deps)) return row
  return undefined
}

/**
 * A claimed https redirect proves which app is asking; a private-use scheme or a loopback port does not (RFC 8252 §8.6).
 * The portal's is an address of this server.
 */
function isAppProven({ pending }: Facts): boolean {
  if (pending.app === undefined || pending.app.clientId === PORTAL_CLIENT) return true
  return redirectKind(pending.request.redirectUri) === 'https'
}

/** The person of this session has done something here that only a person does. */
function isPersonConfirmed(facts: Facts): boolean {
  return POLICY.some((row) => 'confirms' in row && doneInSession(facts, row.step))
}

function needsLogin(facts: Facts, { providers }: PolicyDeps): boolean {
  const { session, pending } = facts
  const { steps, request } = pending
  const isAsked =
    steps.switch !== undefined || request.prompts.includes('login') || request.prompts.includes('select_account')
  if (!session || (isAsked && steps.login === undefined)) return true
  if (!isExpected(session, facts)) return !isPersonConfirmed(facts)
  // Signed in elsewhere, in a way that is good for that.
  if (!isOffered(waysOf(providers, pending), session)) return true
  if (isHalfForgotten(facts)) return true
  // No other step stands in for it.
  return isTooLongAgo(session, facts)
}
