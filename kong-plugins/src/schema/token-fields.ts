// The fields of the token stage and of what Kong is told of callers, as they stand in kong.yml.
import { algorithmOf } from '@mobile-api-gateway/sdk/algorithm.ts'
import { SIGNATURE_ALGORITHMS } from '@mobile-api-gateway/sdk/key-types.ts'
import { SUBJECT_KINDS } from '@mobile-api-gateway/sdk/subject-kind.ts'
import { claimHeaders } from './claim-headers.ts'
import { list, map, set } from './collections.ts'
import { compiled, optional, required, withDefault } from './field.ts'
import { KONG_FIELDS } from './kong-fields.ts'
import { ACR_VALUE, HTTP_ORIGIN, QUOTABLE_URL } from './patterns.ts'
import { record } from './record.ts'
import { issuerRevocations } from './revocations.ts'
import { choice, flag, httpUrl, integer, text } from './scalars.ts'
import { DPOP_MODES, policy, scopeToken } from './shared.ts'

/** The fields of `mobile-token`, and so of `mobile-gateway`. */
export const TOKEN_FIELDS = {
  policy,
  issuers: required(
    list({
      description: 'Authorization servers whose access tokens are accepted',
      elements: record({
        fields: {
          issuer: required(text({ description: 'Exact value of the claim iss', maxLength: 1000 })),
          jwks_uri: required(httpUrl('Address of its public keys (RFC 7517)')),
          revocations: issuerRevocations,
        },
      }),
      minLength: 1,
      maxLength: 20,
    }),
  ),
  audiences: required(
    set({
      description: 'Resource URIs of this API; the claim aud must name one of them',
      elements: text({ maxLength: 1000 }),
      minLength: 1,
      maxLength: 20,
    }),
  ),
  algorithms: withDefault(
    set({
      description: 'Signature algorithms accepted; a key that names its own (alg) is for that one alone',
      elements: compiled(text({ oneOf: SIGNATURE_ALGORITHMS, maxLength: 10 }), algorithmOf),
      minLength: 1,
      maxLength: SIGNATURE_ALGORITHMS.length,
    }),
    ['ES256', 'RS256', 'EdDSA'],
  ),
  leeway_seconds: withDefault(
    integer({ description: 'Clock difference tolerated in exp, nbf, iat and auth_time, in seconds', between: [0, 60] }),
    5,
  ),
  required_scopes: withDefault(
    set({
      description: 'Scopes that every token must have, whatever the method',
      elements: scopeToken,
      maxLength: 100,
    }),
    [],
  ),
  method_scopes: withDefault(
    map({
      description: 'HTTP method to scopes needed in addition; HEAD needs those of GET unless it is listed itself',
      keys: text({ match: { lua: '^[A-Z]+$', js: /^[A-Z]+$/, says: 'must be an upper-case method' }, maxLength: 20 }),
      values: list({ elements: scopeToken, maxLength: 100 }),
      maxLength: 20,
    }),
    {},
  ),
  required_kind: withDefault(
    set({
      description:
        'Kinds of users who may call (the claim subject_kind): account, guest. Guests, whom an app knows by a device alone, ' +
        'are refused unless they are named here. Applications that call for themselves are not concerned',
      elements: choice({ oneOf: SUBJECT_KINDS }),
      minLength: 1,
      maxLength: SUBJECT_KINDS.length,
    }),
    ['account'],
  ),
  required_attestation: withDefault(
    set({
      description:
        'Kinds of users (account, guest) whose token has to be bound to a key that a phone has vouched for (the claim ' +
        'attested); others of them are refused. Empty: nobody. Applications that call for themselves are not concerned',
      elements: choice({ oneOf: SUBJECT_KINDS }),
      maxLength: SUBJECT_KINDS.length,
    }),
    [],
  ),
  required_acr: withDefault(
    set({
      description:
        'Classes of login (the claim acr) of which any counts; a token of another login, or of none, is refused, and the app ' +
        'is told to log the user in again (RFC 9470). Empty: any login, and applications that call for themselves',
      elements: text({ match: ACR_VALUE, maxLength: 200 }),
      maxLength: 20,
    }),
    [],
  ),
  max_auth_age_seconds: optional(
    integer({
      description:
        'How long ago the user may have logged in (the claim auth_time), in seconds; after that the app is told to log the ' +
        'user in again (RFC 9470). When left out, as long ago as the auth server allows',
      between: [1, 31_536_000],
    }),
  ),
  realm: optional(
    text({
      description: 'Realm named in WWW-Authenticate; by default the name of the policy',
      match: { lua: '^[ !#-/0-Z%[%]^-~]+$', js: /^[ !#-[\]^-~]+$/, says: 'must be printable ASCII without " and \\' },
      maxLength: 200,
    }),
  ),
  allowed_clients: optional(
    set({
      description: 'Applications (client_id) that may call; when left out, all that have a token for this API',
      elements: text({ maxLength: 255 }),
      minLength: 1,
      maxLength: 1000,
    }),
  ),
  dpop: withDefault(
    choice({
      description:
        'Tokens bound to a key (RFC 9449): optional takes them with a proof and others without, required takes only them, ' +
        'off takes none of them',
      oneOf: DPOP_MODES,
    }),
    'optional',
  ),
  dpop_window_seconds: withDefault(
    integer({
      description: 'How far the clock of whoever made a proof may differ from ours, in seconds',
      between: [5, 300],
    }),
    60,
  ),
  public_origin: optional(
    text({
      description:
        'Origin at which clients call this API; DPoP proofs have to be made for it. By default the origins of the audiences',
      match: HTTP_ORIGIN,
      maxLength: 300,
    }),
  ),
  resource_metadata: optional(
    text({
      description: 'Address of the protected-resource metadata (RFC 9728), named in WWW-Authenticate',
      match: QUOTABLE_URL,
      maxLength: 1000,
    }),
  ),
  claim_headers: claimHeaders,
  anonymous: withDefault(
    flag({
      description:
        'Let calls without a token pass, limited by the address of the caller; a bad token is refused all the same. The ' +
        'guard must accept `<policy>/anonymous`, too',
    }),
    false,
  ),
  ...KONG_FIELDS,
}
