// Client metadata as it comes over the wire (RFC 7591 §2, OpenID Connect Registration §2), and back. Pure.
import type { NewApplication } from '../../catalogue/applications.ts'
import { SIGNING_ALGORITHMS } from '../../crypto/signing-algorithms.ts'
import type { JsonObject } from '../../http/json.ts'
import { ACR_VALUES } from '../../identity/acr.ts'
import type { ApplicationKind } from '../../store/tables/applications.ts'
import { RESPONSE_TYPES } from '../authorize/valid-request.ts'
import { OAuthError } from '../errors.ts'
import { GRANTS, GRANTS_WITH_REFRESH } from '../token/grants/index.ts'
import { ASSERTION_ALGORITHMS } from './assertion.ts'
import { TOKEN_ENDPOINT_AUTH_METHODS } from './authentication.ts'
import { membersNotTaken, unsupportedMember } from './unsupported-metadata.ts'

const MAX_URIS = 20

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
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
function oneOf<T extends string>(known: readonly T[]): Rule<T> {
  return (value, name) => {
    const found = known.find((option) => option === value)
    if (found === undefined) throw invalid(`${name} is one of: ${known.join(', ')}`)
    return found
  }
}
function listOf<T>(rule: Rule<T>, maxLength = MAX_URIS): Rule<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value) || value.length > maxLength)
      throw invalid(`${name} has to be an array of at most ${maxLength} values`)
    return [...new Set(value.map((item) => rule(item, name)))]
  }
}

/** What a request asks to register, and what the answer says beside that. */
export interface ClientMetadata {
  readonly application: NewApplication
  readonly said: JsonObject
}

/**
 * Reads a registration request: each member of the specifications is taken, refused, or said not to be taken; what no
 * specification knows is ignored (RFC 7591 §2). Values that its kind of client cannot have are left to `createApplication`.
 * @throws {OAuthError} invalid_client_metadata, invalid_redirect_uri.
 */
export function readClientMetadata(body: JsonObject, issuer: string): ClientMetadata {
  const unsupported = unsupportedMember(body)
  if (unsupported !== undefined) throw invalid(unsupported)
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
  const authSigningAlg = read('token_endpoint_auth_signing_alg', oneOf(ASSERTION_ALGORITHMS), undefined)
  read('subject_type', oneOf(['public']), 'public')
  requireFlow(grantTypes, read('response_types', listOf(oneOf(RESPONSE_TYPES)), undefined), redirectUris)
  // Behind https, plain http on loopback would be this server's own machine.
  if (issuer.startsWith('https:') && backchannelLogoutUri?.startsWith('http:'))
    throw invalid('backchannel_logout_uri has to be https')
  const application: NewApplication = {
    name: read('client_name', text, undefined),
    // A web client without credentials is a page; one with them is a server (RFC 6749 §2.1).
    kind: type === 'native' ? type : authMethod === 'none' ? 'browser' : 'web',
    redirectUris,
    authMethod,
    ...(isNamed(body.jwks) && { jwks: body.jwks }),
    authSigningAlg,
    grantTypes,
    requirePushedRequests: read('require_pushed_authorization_requests', flag, false),
    dpopBound: read('dpop_bound_access_tokens', flag, false),
    // OpenID Connect Registration §2: RS256 unless told.
    idTokenAlg: read('id_token_signed_response_alg', oneOf(SIGNING_ALGORITHMS), 'RS256'),
    postLogoutRedirectUris: read('post_logout_redirect_uris', listOf(text), []),
    backchannelLogoutUri,
    claimsInIdToken: read('claims_in_id_token', flag, false),
    defaultAcrValues: read('default_acr_values', listOf(oneOf(ACR_VALUES)), []),
    policyUri: read('policy_uri', text, null),
    tosUri: read('tos_uri', text, null),
  }
  const notTaken = membersNotTaken(body)
  const said = {
    token_endpoint_auth_signing_alg: authSigningAlg,
    // Kept for every client: sid and auth_time are in each token.
    backchannel_logout_session_required: read('backchannel_logout_session_required', flag, undefined),
    require_auth_time: read('require_auth_time', flag, undefined),
    ...(notTaken.length > 0 && { metadata_not_taken: notTaken }),
  }
  return { application, said }
}

function isNamed(value: unknown): boolean {
  return value !== undefined && value !== null
}

// RFC 7591 §2.1: grant types and response types have to agree.
function requireFlow(
  grantTypes: readonly string[],
  responseTypes: readonly string[] | undefined,
  redirectUris: readonly string[],
): void {
  const usesCode = grantTypes.includes('authorization_code')
  if (responseTypes && responseTypes.includes('code') !== usesCode)
    throw invalid('response_types and grant_types have to agree: code goes with authorization_code')
  if (grantTypes.length === 0) throw invalid('grant_types names no grant')
  if (grantTypes.includes('refresh_token') && !grantTypes.some((name) => GRANTS_WITH_REFRESH.includes(name)))
    throw invalid(`refresh_token goes with ${GRANTS_WITH_REFRESH.join(', ')}; nothing else here gives refresh tokens`)
  if (usesCode && redirectUris.length === 0)
    throw new OAuthError('invalid_redirect_uri', 'authorization_code needs at least one of redirect_uris')
}

const APPLICATION_TYPE = { native: 'native', web: 'web', browser: 'web' } as const satisfies Record<
  ApplicationKind,
  string
>

/** What was registered, in the words of the wire (RFC 7591 §3.2.1): also what was filled in. */
export function writeClientMetadata(
  application: NewApplication & Readonly<{ name: string; jwks: unknown }>,
): JsonObject {
  return {
    client_name: application.name,
    application_type: APPLICATION_TYPE[application.kind],
    redirect_uris: application.redirectUris,
    token_endpoint_auth_method: application.authMethod,
    grant_types: application.grantTypes,
    response_types: application.grantTypes?.includes('authorization_code') ? RESPONSE_TYPES : [],
    ...(isNamed(application.jwks) && { jwks: application.jwks }),
    subject_type: 'public',
    id_token_signed_response_alg: application.idTokenAlg,
    require_pushed_authorization_requests: application.requirePushedRequests,
    dpop_bound_access_tokens: application.dpopBound,
    post_logout_redirect_uris: application.postLogoutRedirectUris,
    ...(application.claimsInIdToken && { claims_in_id_token: true }),
    ...(application.defaultAcrValues?.length && { default_acr_values: application.defaultAcrValues }),
    ...(application.backchannelLogoutUri && { backchannel_logout_uri: application.backchannelLogoutUri }),
    ...(application.policyUri && { policy_uri: application.policyUri }),
    ...(application.tosUri && { tos_uri: application.tosUri }),
  }
}
