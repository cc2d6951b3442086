// Names of claims that mean something to whoever reads a token, and whether a text can be the name of a claim of one's own.
const JWT = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'typ', 'cty', 'alg', 'kid']
/** RFC 9068 §2.2, RFC 8693 §4, RFC 7800, RFC 9396, and what the auth server says in access tokens itself. */
const ACCESS_TOKEN = [
  ...['client_id', 'scope', 'auth_time', 'acr', 'amr', 'groups', 'roles', 'entitlements', 'act', 'may_act', 'cnf'],
  ...['authorization_details', 'app_id', 'plan', 'grant_id', 'subject_kind', 'attested', 'merged_from'],
]
const ID_TOKEN = ['nonce', 'azp', 'c_hash', 's_hash', 'at_hash', 'sid', 'sub_jwk', '_claim_names', '_claim_sources']
/** RFC 7662 §2.2: the answer has the token's claims beside these. */
const INTROSPECTION = ['active', 'username', 'token_type']
const OTHERS = ['events', 'toe', 'txn', 'sub_id', 'vp', 'vc', 'trust_chain', 'client_assertion']

/** Of the protocols and of this server. */
export const PROTOCOL_CLAIMS: readonly string[] = [JWT, ACCESS_TOKEN, ID_TOKEN, INTROSPECTION, OTHERS].flat()

/** OpenID Connect Core §5.1: of the person, and read anew each time. */
export const PERSON_CLAIMS: readonly string[] = [
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture'],
  ...['website', 'email', 'email_verified', 'gender', 'birthdate', 'zoneinfo', 'locale', 'phone_number'],
  ...['phone_number_verified', 'address', 'updated_at'],
]

const RESERVED: ReadonlySet<string> = new Set([...PROTOCOL_CLAIMS, ...PERSON_CLAIMS])

/** Also `https://example.com/tier`, which OpenID Connect Core §5.1.2 advises for names of one's own. */
const NAME = /^[A-Za-z][\w.:/-]{0,99}$/
const NOT_A_NAME = ['constructor', 'prototype']

/** Whether a text can be the name of a claim at all. */
export function isClaimName(name: string): boolean {
  return NAME.test(name) && !NOT_A_NAME.includes(name)
}

/** Whether a claim of this name can be added to a login. */
export function isFreeClaimName(name: string): boolean {
  return isClaimName(name) && !isReservedClaim(name)
}

/** Whether a name belongs to a protocol or to this server, in any spelling that a careless reader takes for it. */
export function isReservedClaim(name: string): boolean {
  return RESERVED.has(name.toLowerCase())
}
