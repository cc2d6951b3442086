// Which class of sign-in a request asks for: acr_values and the claims parameter (OpenID Connect Core §3.1.2.1, §5.5.1.1).
import { type JsonObject, parseJsonObject } from '../../http/json.ts'
import { ParameterError, type Parameters } from '../../http/parameters.ts'
import { ACR_VALUES } from '../../identity/acr.ts'
import type { SignInWishes } from '../../store/tables/authorization-requests.ts'
import { OAuthError } from '../errors.ts'

type AcrWish = Pick<SignInWishes, 'acrValues' | 'acrIsEssential'>

/**
 * A wish, in order of preference: a class that is not ours can be nobody's, and is passed over. What `claims` says of `acr`
 * counts before `acr_values`, and where both say nothing, the client's own wish does.
 * @throws {OAuthError} when the request insists on classes, and none of them is ours
 */
export function readAcr(parameters: Parameters, usual: readonly string[]): AcrWish {
  const claim = readClaim(parameters.get('claims'))
  const wished = claim?.values ?? parameters.get('acr_values')?.split(' ') ?? usual
  const acrValues = [...new Set(wished)].filter((value) => ACR_VALUES.some((known) => known === value))
  if (acrValues.length > 0) return { acrValues, ...(claim?.isEssential && { acrIsEssential: true }) }
  if (claim?.isEssential)
    throw new OAuthError('unmet_authentication_requirements', `this server knows no such acr; ${ACR_VALUES.join(', ')}`)
  return {}
}

interface AcrClaim {
  readonly values: readonly string[]
  readonly isEssential: boolean
}

/** What `claims` asks of `acr` in the ID token; undefined when nothing in particular. Other claims come by scope. */
function readClaim(text: string | undefined): AcrClaim | undefined {
  if (text === undefined) return undefined
  const { id_token: idToken } = parse(text)
  const acr = objectOf(objectOf(idToken, 'id_token').acr, 'acr')
  const { value, values = value === undefined ? [] : [value], essential = false } = acr
  if (!Array.isArray(values) || !values.every((item) => typeof item === 'string') || typeof essential !== 'boolean')
    throw malformed('acr has values, a list of texts, and essential, true or false')
  return values.length > 0 ? { values, isEssential: essential } : undefined
}

function parse(text: string): JsonObject {
  try {
    return parseJsonObject(Buffer.from(text))
  } catch (error) {
    throw error instanceof ParameterError ? malformed(error.message) : error
  }
}

/** null asks for a claim without more (§5.5). */
function objectOf(value: unknown, name: string): JsonObject {
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return Object.fromEntries(Object.entries(value))
  throw malformed(`${name} has to be an object`)
}

function malformed(why: string): OAuthError {
  return new OAuthError('invalid_request', `claims cannot be read: ${why}`)
}
