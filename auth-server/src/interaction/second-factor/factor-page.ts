// The page of the second factor as it is for one visit: with the ways that the person can take.
import { authenticatedBy } from '../../identity/acr.ts'
import type { Page } from '../../pages/frame.ts'
import type { SignedInVisit } from '../visit.ts'
import { canShowMailInstead, isEnough } from './needed.ts'
import { PROBLEM_ID, type SecondFactorProblem, secondFactorPage } from './view.ts'
import { waysFor } from './ways.ts'

export function factorPage(visit: SignedInVisit, problem?: SecondFactorProblem): Page {
  const ways = waysFor(visit).map(({ offer }) => offer(visit, problem && PROBLEM_ID))
  return secondFactorPage(visit, {
    ways,
    takesRecoveryCode: takesTypedCode(visit),
    canShowMail: canShowMailInstead(visit),
    problem,
  })
}

/** Whether a code that is typed is enough for what is due. */
export function takesTypedCode(visit: SignedInVisit): boolean {
  return isEnough(authenticatedBy(['otp'], visit.session.amr).acr, visit)
}
