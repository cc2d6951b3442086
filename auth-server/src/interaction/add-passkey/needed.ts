// When a visit stops to offer a passkey: after a password, in a browser that can make one, to who has none and may want one.
import { RECENT_SECONDS } from '../../identity/full-login.ts'
import { isPasskeyOfferDue } from '../../store/queries/passkey-offer.ts'
import { doneInSession, type Facts, type PolicyDeps } from '../facts.ts'

declare module '../../store/visit-steps.ts' {
  interface StepNames {
    /** The browser in which the person has just signed in could make a passkey. */
    readonly 'passkey-able': DoneStep
    /** A passkey was made, or not wanted now. */
    readonly 'add-passkey': DoneStep
  }
}

export async function needsPasskeyOffer(facts: Facts, { db }: PolicyDeps): Promise<boolean> {
  const { session, pending } = facts
  if (!session || session.ageSeconds > RECENT_SECONDS || !session.amr.includes('pwd')) return false
  if (!doneInSession(facts, 'login') || !pending.steps['passkey-able'] || doneInSession(facts, 'add-passkey'))
    return false
  return !pending.request.prompts.includes('none') && isPasskeyOfferDue(db, session.personId)
}
