// Client metadata as it comes over the wire (RFC 7591 §2, OpenID Connect Registration §2), and back. Pure.
import type { NewApplication } from '../catalogue/applications.ts'
import { SIGNING_ALGORITHMS } from '../crypto/signing-algorithms.ts'
import type { JsonObject } from '../http/json.ts'
import type { ApplicationKind } from '../store/database.ts'
import { RESPONSE_TYPES } from './authorize/valid-request.ts'
import { TOKEN_ENDPOINT_AUTH_METHODS } from './client-auth.ts'
import { OAuthError } from './errors.ts'
import { GRANTS } from './token/grants/index.ts'

const MAX_URIS = 20

const invalid = (description: string): OAuthError => new OAuthError('invalid_client_metadata', description)

/** What a client could rely on and this server would not keep; anything else unknown is ignored (RFC 7591 §2). */
const REFUSED: Readonly<Record<string, string>> = {
  jwks_uri: 'send the keys themselves in jwks; this server fetches nothing',
  software_statement: 'software statements are not supported; send plain metadata',
  sector_identifier_uri: 'subject identifiers are public; there are no sectors',
  id_token_encrypted_response_alg: 'ID tokens are signed, not encrypted',
  userinfo_signed_response_alg: 'userinfo answers in plain JSON',
  userinfo_encrypted_response_alg: 'userinfo answers in plain JSON',
  introspection_signed_response_alg: 'introspection answers in plain JSON',
  authorization_signed_response_alg: 'authorization responses are plain parameters',
  request_object_signing_alg: 'request objects are not supported; push the parameters instead',
}

type Rule<T> = (value: unknown, name: string) => T

const text: Rule<string> = (value, name) => {
  if (typeof value !== 'string') throw invalid(`${name} has to be a string`)
  return value
}
const flag: Rule<boolean> = (value, name) => {
  if (typeof value !== 'boolean') throw invalid(`${name} has to be true or false`)
  return value
}
const oneOf =
  <T extends string>(known: readonly T[]): Rule<T> =>
  (value, name) => {
    const found = known.find((option) => option === value)
    if (found === undefined) throw invalid(`${name} is one of: ${known.join(', ')}`)
    return found
  }
const listOf =
  <T>(rule: Rule<T>, maxLength = MAX_URIS): Rule<readonly T[]> =>
  (value, name) => {
    if (!Array.isArray(value) || value.length > maxLength)
      throw invalid(`${name} has to be an array of at most ${maxLength} values`)
    return [...new Set(value.map((item) => rule(item, name)))]
  }

/**
 * Reads a registration request. Values that its kind of client cannot have are left to `createApplication`.
 * @throws {OAuthError} invalid_client_metadata, invalid_redirect_uri.
 */
export const readClientMetadata = (body: JsonObject, issuer: string): NewApplication => {
  for (const [name, why] of Object.entries(REFUSED)) if (isNamed(body[name])) throw invalid(`${name}: ${why}`)
  // null is the same as left out.
  const read = <T, F>(name: string, rule: Rule<T>, fallback: F): T | F => {
    const value = body[name]
    return isNamed(value) ? rule(value, name) : fallback
  }
  const type = read('application_type', oneOf(['native', 'web']), 'web')
  const usual = type === 'native' ? 'none' : 'client_secret_basic'
  const authMethod = read('token_endpoint_auth_method', oneOf(TOKEN_ENDPOINT_AUTH_METHODS), usual)
  const grantTypes = read('grant_types', listOf(oneOf([...GRANTS.keys()])), ['authorization_code'])
  const redirectUris = read('redirect_uris', listOf(text), [])
  const backchannelLogoutUri = read('backchannel_logout_uri', text, null)
  read('subject_type', oneOf(['public']), 'public')
  requireFlow(grantTypes, read('response_types', listOf(oneOf(RESPONSE_TYPES)), undefined), redirectUris)
  // Behind https, plain http on loopback would be this server's own machine.
  if (issuer.startsWith('https:') && backchannelLogoutUri?.startsWith('http:'))
    throw invalid('backchannel_logout_uri has to be https')
  return {
    name: read('client_name', text, undefined),
    // A web client without credentials is a page; one with them is a server (RFC 6749 §2.1).
    kind: type === 'native' ? type : authMethod === 'none' ? 'browser' : 'web',
    redirectUris,
    authMethod,
    ...(isNamed(body.jwks) && { jwks: body.jwks }),
    grantTypes,
    requirePushedRequests: read('require_pushed_authorization_requests', flag, false),
    dpopBound: read('dpop_bound_access_tokens', flag, false),
    // OpenID Connect Registration §2: RS256 unless told.
    idTokenAlg: read('id_token_signed_response_alg', oneOf(SIGNING_ALGORITHMS), 'RS256'),
    postLogoutRedirectUris: read('post_logout_redirect_uris', listOf(text), []),
    backchannelLogoutUri,
  }
}

const isNamed = (value: unknown): boolean => value !== undefined && value !== null

// RFC 7591 §2.1: grant types and response types have to agree.
const requireFlow = (
  grantTypes: readonly string[],
  responseTypes: readonly string[] | undefined,
  redirectUris: readonly string[],
): void => {
  const usesCode = grantTypes.includes('authorization_code')
  if (responseTypes && responseTypes.includes('code') !== usesCode)
    throw invalid('response_types and grant_types have to agree: code goes with authorization_code')
  if (grantTypes.length === 0) throw invalid('grant_types names no grant')
  if (grantTypes.includes('refresh_token') && !usesCode)
    throw invalid('refresh_token goes with authorization_code; nothing else here gives refresh tokens')
  if (usesCode && redirectUris.length === 0)
    throw new OAuthError('invalid_redirect_uri', 'authorization_code needs at least one of redirect_uris')
}

const APPLICATION_TYPE = { native: 'native', web: 'web', browser: 'web' } as const satisfies Record<
  ApplicationKind,
  string
>

/** What was registered, in the words of the wire (RFC 7591 §3.2.1): also what was filled in. */
export const writeClientMetadata = (application: NewApplication & Readonly<{ name: string }>): JsonObject => ({
  client_name: application.name,
  application_type: APPLICATION_TYPE[application.kind],
  redirect_uris: application.redirectUris,
  token_endpoint_auth_method: application.authMethod,
  grant_types: application.grantTypes,
  response_types: application.grantTypes?.includes('authorization_code') ? RESPONSE_TYPES : [],
  ...(application.jwks !== undefined && { jwks: application.jwks }),
  subject_type: 'public',
  id_token_signed_response_alg: application.idTokenAlg,
  require_pushed_authorization_requests: application.requirePushedRequests,
  dpop_bound_access_tokens: application.dpopBound,
  post_logout_redirect_uris: application.postLogoutRedirectUris,
  ...(application.backchannelLogoutUri && { backchannel_logout_uri: application.backchannelLogoutUri }),
})
