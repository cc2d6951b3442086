// Client metadata of the specifications that this server does not keep: what is refused, and what is said not to be taken.
import type { JsonObject } from '../../http/json.ts'

/** What a client could rely on and this server would not keep, unless it asks for nothing (false, an empty list). */
const REFUSED: Readonly<Record<string, string>> = {
  jwks_uri: 'send the keys themselves in jwks; this server fetches nothing',
  software_statement: 'software statements are not supported; send plain metadata',
  sector_identifier_uri: 'subject identifiers are public; there are no sectors',
  default_max_age: 'send max_age with each request',
  frontchannel_logout_uri: 'sign-outs are told by backchannel_logout_uri',
  frontchannel_logout_session_required: 'sign-outs are told by backchannel_logout_uri',
  authorization_details_types: 'authorization_details are not supported; use scopes',
  ...all(['tls_client_certificate_bound_access_tokens', 'use_mtls_endpoint_aliases'], 'bind tokens to a key with DPoP'),
  ...all(
    ['subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email'].map((name) => `tls_client_auth_${name}`),
    'client certificates are not supported; use private_key_jwt',
  ),
  ...all(encrypted('id_token'), 'ID tokens are signed, not encrypted'),
  ...all(['userinfo_signed_response_alg', ...encrypted('userinfo')], 'userinfo answers in plain JSON'),
  ...all(['introspection_signed_response_alg', ...encrypted('introspection')], 'introspection answers in plain JSON'),
  ...all(
    ['authorization_signed_response_alg', ...encrypted('authorization')],
    'authorization responses are plain parameters',
  ),
  ...all(
    [
      ...['require_signed_request_object', 'request_object_signing_alg'],
      ...['request_object_encryption_alg', 'request_object_encryption_enc'],
    ],
    'request objects are not supported; push the parameters instead',
  ),
  ...all(
    [
      ...['backchannel_token_delivery_mode', 'backchannel_client_notification_endpoint'],
      ...['backchannel_authentication_request_signing_alg', 'backchannel_user_code_parameter'],
    ],
    'there is no backchannel authentication (CIBA)',
  ),
}

/** What describes a client, also in another language (`client_uri#de`), and changes nothing: the answer says that it was not taken. */
const NOT_TAKEN: ReadonlySet<string> = new Set([
  ...['client_uri', 'logo_uri', 'contacts', 'software_id', 'software_version'],
  // Scopes come with a subscription; no sign-in begins at this server.
  ...['scope', 'initiate_login_uri'],
  // Where request objects would be fetched, if a request named one; discovery says that none may.
  'request_uris',
])

function all(names: readonly string[], why: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, why]))
}

function encrypted(what: string): readonly string[] {
  return [`${what}_encrypted_response_alg`, `${what}_encrypted_response_enc`]
}

function asksForNothing(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
}

/** Why a request has to be refused: a member that the client would rely on, and what to do instead. */
export function unsupportedMember(body: JsonObject): string | undefined {
  const name = Object.keys(REFUSED).find((candidate) => !asksForNothing(body[candidate]))
  return name === undefined ? undefined : `${name}: ${REFUSED[name]}`
}

/** The members of a request that are not kept, though nothing speaks against them. */
export function membersNotTaken(body: JsonObject): readonly string[] {
  return Object.keys(body).filter((name) => body[name] !== null && isNotTaken(name))
}

/** Human-readable members that may come in several languages (RFC 7591 §2.2); one of each is enough for our pages. */
const IN_ONE_LANGUAGE: ReadonlySet<string> = new Set(['client_name', 'policy_uri', 'tos_uri'])

function isNotTaken(name: string): boolean {
  const [base = '', language] = name.split('#', 2)
  return NOT_TAKEN.has(base) || (IN_ONE_LANGUAGE.has(base) && language !== undefined)
}
