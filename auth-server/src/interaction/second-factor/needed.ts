// Whether a second factor is due: because the person has set one up, or because a better class of sign-in is asked for. Pure.
import { hasTwoFactors, isAsGood, isByMail, isInReach } from '../../identity/acr.ts'
import { isFullLogin } from '../../identity/full-login.ts'
import type { Facts } from '../facts.ts'

/** How old a password may be whose second factor is still to come: the two are one sign-in. */
const HALF_LOGIN_SECONDS = 900

/** Of the classes that were asked for, those that would do and are in the person's reach; empty when nothing is due. */
function betterClasses({ session, pending }: Facts): readonly string[] {
  const { acrValues = [] } = pending.request
  if (!session || acrValues.some((wanted) => isAsGood(session.acr, wanted))) return []
  // A page of the account takes an answered mail for a passkey that is lost; to an app it is no second factor.
  if (!pending.app && isByMail(session)) return []
  return acrValues.filter((wanted) => isInReach(wanted, session.factors))
}

export function needsSecondFactor(facts: Facts): boolean {
  return facts.session !== undefined && (!isFullLogin(facts.session) || betterClasses(facts).length > 0)
}

/** Whether a new password by mail would do as well: for a page of the account, of somebody who has passkeys alone. */
export function canShowMailInstead({ session, pending }: Facts): boolean {
  return session !== undefined && !pending.app && isFullLogin(session)
}

/** A class is insisted on that the person has not set up anything for. */
export function isOutOfReach({ session, pending }: Facts): boolean {
  const { acrValues = [], acrIsEssential } = pending.request
  if (!session || !acrIsEssential || acrValues.some((wanted) => isAsGood(session.acr, wanted))) return false
  return !acrValues.some((wanted) => isInReach(wanted, session.factors))
}

/** Somebody's password was typed long ago, and the second factor never came: the next one to sit here starts again. */
export function isHalfForgotten({ session }: Facts): boolean {
  return session !== undefined && !isFullLogin(session) && session.ageSeconds > HALF_LOGIN_SECONDS
}

/** Whether a session that shows such a class as well has all that is due. */
export function isEnough(acr: string, facts: Facts): boolean {
  const better = betterClasses(facts)
  return hasTwoFactors({ acr }) && (better.length === 0 || better.some((wanted) => isAsGood(acr, wanted)))
}
