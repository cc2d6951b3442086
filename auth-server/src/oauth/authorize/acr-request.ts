// Which class of sign-in a request asks for: acr_values and the claims parameter (OpenID Connect Core §3.1.2.1, §5.5.1.1).
import { ACR_VALUES } from '../../identity/acr.ts'
import type { SignInWishes } from '../../store/tables/authorization-requests.ts'
import { OAuthError } from '../errors.ts'
import { type ClaimsRequest, malformed, wishFor } from './claims-request.ts'

type AcrWish = Pick<SignInWishes, 'acrValues' | 'acrIsEssential'>

/**
 * A wish, in order of preference: a class that is not ours can be nobody's, and is passed over. What `claims` says of `acr`
 * counts before `acr_values`, and where both say nothing, the client's own wish does.
 * @throws {OAuthError} when the request insists on classes, and none of them is ours
 */
export function readAcr(claims: ClaimsRequest, named: string | undefined, usual: readonly string[]): AcrWish {
  const claim = wishFor(claims.idToken, 'acr')
  const isClaimed = claim !== undefined && claim.values.length > 0
  const wished = isClaimed ? texts(claim.values) : (named?.split(' ') ?? usual)
  const acrValues = [...new Set(wished)].filter((value) => ACR_VALUES.some((known) => known === value))
  const isEssential = isClaimed && claim.isEssential
  if (acrValues.length > 0) return { acrValues, ...(isEssential && { acrIsEssential: true }) }
  if (isEssential)
    throw new OAuthError('unmet_authentication_requirements', `this server knows no such acr; ${ACR_VALUES.join(', ')}`)
  return {}
}

function texts(values: readonly unknown[]): readonly string[] {
  const read = values.filter((value) => typeof value === 'string')
  if (read.length < values.length) throw malformed('acr has values, a list of texts, and essential, true or false')
  return read
}
