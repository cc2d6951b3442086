// The claims parameter: what an app asks for by name, in the ID token or at userinfo (OpenID Connect Core §5.5).
import { isPersonClaim } from '../../catalogue/openid-scopes.ts'
import { type JsonObject, parseJsonObject } from '../../http/json.ts'
import { ParameterError } from '../../http/parameters.ts'
import type { AskedClaim, AskedClaims } from '../../store/asked-claims.ts'
import { OAuthError } from '../errors.ts'

/** Of one claim. */
const MOST_VALUES = 20

/** What the parameter says of one claim. */
export interface ClaimWish {
  readonly isEssential: boolean
  readonly values: readonly unknown[]
}

/** What the parameter says, by the name of each claim. */
export interface ClaimsRequest {
  readonly idToken: JsonObject
  readonly userinfo: JsonObject
}

/** Members that nobody knows are ignored. @throws {OAuthError} invalid_request for what cannot be read */
export function readClaims(text: string | undefined): ClaimsRequest {
  if (text === undefined) return { idToken: {}, userinfo: {} }
  const { id_token: idToken, userinfo } = parse(text)
  return { idToken: objectOf(idToken, 'id_token'), userinfo: objectOf(userinfo, 'userinfo') }
}

/** What is said of one claim; undefined where it is not asked for. @throws {OAuthError} */
export function wishFor(claims: JsonObject, name: string): ClaimWish | undefined {
  if (!Object.hasOwn(claims, name)) return undefined
  const { value, values = value === undefined ? [] : [value], essential = false } = objectOf(claims[name], name)
  if (!Array.isArray(values) || values.length > MOST_VALUES || typeof essential !== 'boolean')
    throw malformed(`${name} has values, a list of ${MOST_VALUES} at most, and essential, true or false`)
  return { values, isEssential: essential }
}

/** The claims about the person that are asked for; others, such as `acr`, are in every ID token or are nobody's. */
export function askedClaims({ idToken, userinfo }: ClaimsRequest): AskedClaims | undefined {
  const asked = { id_token: aboutPerson(idToken), userinfo: aboutPerson(userinfo) }
  const used = Object.entries(asked).filter(([, claims]) => Object.keys(claims).length > 0)
  return used.length > 0 ? Object.fromEntries(used) : undefined
}

function aboutPerson(claims: JsonObject): Readonly<Record<string, AskedClaim>> {
  const known = Object.keys(claims).filter(isPersonClaim)
  return Object.fromEntries(known.map((name) => [name, toAsked(wishFor(claims, name)?.values ?? [])]))
}

// Whether it is essential makes no difference: what is not there is left out either way (§5.5.1).
function toAsked(values: readonly unknown[]): AskedClaim {
  if (values.length === 0) return {}
  return { values: values.flatMap(plain) }
}

function plain(value: unknown): readonly (string | boolean | number)[] {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? [value] : []
}

/** Whom the request is about, where the app says so, in either place (§5.5.1); nobody else gets a code (§3.1.2.2). @throws {OAuthError} */
export function expectedSubject({ idToken, userinfo }: ClaimsRequest): string | undefined {
  const named = new Set([idToken, userinfo].flatMap((claims) => wishFor(claims, 'sub')?.values ?? []))
  if (named.size === 0) return undefined
  const [subject] = named
  if (typeof subject !== 'string' || named.size > 1) throw malformed('sub has one value, a text')
  return subject
}

function parse(text: string): JsonObject {
  try {
    return parseJsonObject(Buffer.from(text), 'it')
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

export function malformed(why: string): OAuthError {
  return new OAuthError('invalid_request', `claims cannot be read: ${why}`)
}
