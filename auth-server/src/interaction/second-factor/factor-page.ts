// The page of the second factor as it is for one visit: with the ways that the person can take.
import type { Deps } from '../../deps.ts'
import { authenticatedBy } from '../../identity/acr.ts'
import type { Page } from '../../pages/frame.ts'
import type { SignedInVisit } from '../visit.ts'
import { isEnough } from './needed.ts'
import { PROBLEM_ID, type SecondFactorProblem, secondFactorPage } from './view.ts'
import { waysFor } from './ways.ts'

export async function factorPage(deps: Deps, visit: SignedInVisit, problem?: SecondFactorProblem): Promise<Page> {
  const ways = await Promise.all(waysFor(visit).map(({ offer }) => offer(deps, visit, problem && PROBLEM_ID)))
  return secondFactorPage(visit, { ways, takesRecoveryCode: takesTypedCode(visit), problem })
}

/** Whether a code that is typed is enough for what is due. */
export function takesTypedCode(visit: SignedInVisit): boolean {
  return isEnough(authenticatedBy(['otp'], visit.session.amr).acr, visit)
}
