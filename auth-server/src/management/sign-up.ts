// Who may come to an API, as the contract tells it, and as somebody sends it.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { readDomain } from '../delivery/mail/mailbox.ts'
import type { WhoMayCome } from '../store/tables/apis.ts'
import { invalid } from './refusals.ts'

type ToldSignUp = OperationAnswer<'apis.get'>['sign_up']

export function showSignUp(signUp: WhoMayCome | null): ToldSignUp {
  if (signUp === null) return 'open'
  return typeof signUp === 'string' ? signUp : { domains: [...signUp.domains] }
}

/** @throws {HttpProblem} 400 for what no address can end with */
export function readSignUp(told: ToldSignUp): WhoMayCome | null {
  if (typeof told === 'string') return told === 'open' ? null : told
  const domains = told.domains.map((text) => {
    const domain = readDomain(text)
    if (domain === undefined) throw invalid('domains')
    return domain
  })
  return { domains: [...new Set(domains)] }
}
