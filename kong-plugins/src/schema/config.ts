// The configuration of the plugins: every field with its description, bounds and default; --dump and the types follow from it.
import { SIGNATURE_ALGORITHMS } from '@mobile-api-gateway/sdk/key-types.ts'
import { optional, required, type Value, withDefault } from './field.ts'
import { issuerRevocations } from './revocations.ts'
import { choice, flag, integer, list, map, record, secret, text } from './types.ts'

/** What a policy does about tokens that are bound to a key. */
export const DPOP_MODES = ['off', 'optional', 'required'] as const

const POLICY_PATTERN = {
  lua: '^[A-Za-z0-9-]+$',
  js: /^[A-Za-z0-9-]+$/,
  says: 'must consist of letters, digits and dashes',
}

const policyName = text({
  description:
    'Name of this policy: part of the mark that the guard checks, and of the key that calls are counted under',
  match: POLICY_PATTERN,
  maxLength: 64,
})

const HTTP_URL = {
  lua: '^https?://[^%s]+$',
  js: /^https?:\/\/[^\s]+$/,
  says: 'must be an http or https address',
}

// What stands between quotes in WWW-Authenticate, or in a header value, as it is.
const QUOTABLE_URL = {
  lua: '^https?://[!#-Z%[%]^-~]+$',
  js: /^https?:\/\/[!#-[\]-~]+$/,
  says: 'must be an http or https address of printable ASCII without " and \\',
}

const HTTP_ORIGIN = {
  lua: '^https?://[A-Za-z0-9.:%[%]-]+$',
  js: /^https?:\/\/[A-Za-z0-9.:[\]-]+$/,
  says: 'must be an http or https origin: scheme, host and, if need be, port',
}

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const scopeToken = text({
  match: { lua: '^[!#-/0-Z%[%]^-~]+$', js: /^[!#-[\]^-~]+$/, says: 'must be one scope (RFC 6749 §3.3)' },
  maxLength: 200,
})

const policy = required(policyName)

function pageUrl(description: string) {
  return text({ description, match: QUOTABLE_URL, maxLength: 1000 })
}

const TOKEN_FIELDS = {
  issuers: required(
    list('array', {
      description: 'Authorization servers whose access tokens are accepted',
      elements: record({
        fields: {
          issuer: required(text({ description: 'Exact value of the claim iss', maxLength: 1000 })),
          jwks_uri: required(
            text({ description: 'Address of its public keys (RFC 7517)', match: HTTP_URL, maxLength: 1000 }),
          ),
          revocations: issuerRevocations,
        },
      }),
      minLength: 1,
      maxLength: 20,
    }),
  ),
  audiences: required(
    list('set', {
      description: 'Resource URIs of this API; the claim aud must name one of them',
      elements: text({ maxLength: 1000 }),
      minLength: 1,
      maxLength: 20,
    }),
  ),
  algorithms: withDefault(
    list('set', {
      description: 'Signature algorithms accepted; a key that names its own (alg) is for that one alone',
      elements: text({ oneOf: SIGNATURE_ALGORITHMS, maxLength: 10 }),
      minLength: 1,
      maxLength: SIGNATURE_ALGORITHMS.length,
    }),
    ['ES256', 'RS256', 'EdDSA'],
  ),
  leeway_seconds: withDefault(
    integer({ description: 'Clock difference tolerated in exp, nbf and iat, in seconds', between: [0, 60] }),
    5,
  ),
  required_scopes: withDefault(
    list('set', {
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
      values: list('array', { elements: scopeToken, maxLength: 100 }),
      maxLength: 20,
    }),
    {},
  ),
  realm: optional(
    text({
      description: 'Realm named in WWW-Authenticate; by default the name of the policy',
      match: { lua: '^[ !#-/0-Z%[%]^-~]+$', js: /^[ !#-[\]^-~]+$/, says: 'must be printable ASCII without " and \\' },
      maxLength: 200,
    }),
  ),
  allowed_clients: optional(
    list('set', {
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
  anonymous: withDefault(
    flag({
      description:
        'Let calls without a token pass, limited by the address of the caller; a bad token is refused all the same. The ' +
        'guard must accept `<policy>/anonymous`, too',
    }),
    false,
  ),
}

/** What Kong itself is told of callers. */
export const CONSUMERS = ['none', 'virtual', 'real'] as const

const KONG_FIELDS = {
  kong_consumer: withDefault(
    choice({
      description:
        "The consumer that Kong's own plugins see. none: no consumer; virtual: one for each user of each application, which need " +
        'not be configured; real: the configured one whose username is the client_id, without which the call is refused ' +
        '(one more round trip to Kong)',
      oneOf: CONSUMERS,
    }),
    'none',
  ),
  groups_claim: optional(
    text({
      description: "Claim whose list of names Kong's acl takes for the groups of the caller; `scope` for the scopes",
      maxLength: 200,
    }),
  ),
  log_fields: withDefault(
    flag({
      description:
        "Add gateway.policy, gateway.client_id and gateway.reason (why a call was refused) to the entries of Kong's log " +
        'plugins',
    }),
    false,
  ),
}

const MOST_CALLS = 1_000_000_000

function calls(window: string, whose: string) {
  return optional(integer({ description: `Calls per ${window} (UTC) of ${whose}`, between: [1, MOST_CALLS] }))
}
function windows(whose: string) {
  return {
    second: calls('second', whose),
    minute: calls('minute', whose),
    hour: calls('hour', whose),
    day: calls('day', whose),
  }
}
const WINDOW_NAMES = ['second', 'minute', 'hour', 'day'] as const

function limits(description?: string) {
  return record({
    ...(description === undefined ? {} : { description }),
    fields: {
      ...windows('one user through one application, of an application that calls for itself, or of one address'),
      application: optional(
        record({
          description: 'Limits for all calls of one application together, beside those of each of its users',
          fields: windows('one application, all its users together'),
          atLeastOneOf: WINDOW_NAMES,
        }),
      ),
    },
    atLeastOneOf: WINDOW_NAMES,
  })
}

const defaultLimit = limits('Limits for tokens without a plan, or with one that is not listed')

const redis = record({
  description: 'The Redis (5 or later, Valkey; no cluster) that all gateways count in',
  fields: {
    host: required(text({ description: 'Host name or address; IPv6 also in brackets', maxLength: 255 })),
    port: withDefault(integer({ description: 'TCP port it listens on', between: [1, 65_535] }), 6379),
    username: optional(text({ description: 'User (ACL); none means the default user', maxLength: 255 })),
    password: optional(
      secret({ description: 'Password, or a vault reference such as {vault://env/redis-password}', maxLength: 1000 }),
    ),
    database: withDefault(integer({ description: 'Number of the database', between: [0, 1_000_000] }), 0),
    ssl: withDefault(flag({ description: 'Connect by TLS' }), false),
    ssl_verify: withDefault(
      flag({ description: 'Refuse a certificate that no known authority signed (NODE_EXTRA_CA_CERTS names more)' }),
      true,
    ),
    server_name: optional(
      text({ description: 'Name asked for by SNI and looked for in the certificate', maxLength: 255 }),
    ),
    timeout_ms: withDefault(
      integer({ description: 'Longest wait for one answer, in milliseconds', between: [10, 1000] }),
      200,
    ),
    key_prefix: withDefault(
      text({
        description: 'First part of the names of all keys',
        match: {
          lua: '^[A-Za-z0-9:._-]+$',
          js: /^[A-Za-z0-9:._-]+$/,
          says: 'must consist of letters, digits and :._-',
        },
        maxLength: 100,
      }),
      'mobile-gateway',
    ),
  },
})

const QUOTA_FIELDS = {
  plans: withDefault(
    map({
      description: 'Limits by name of the plan, as the claim plan of the token names it',
      keys: text({ maxLength: 100 }),
      values: limits(),
      maxLength: 100,
    }),
    {},
  ),
  default_limit: withDefault(defaultLimit, { minute: 60 }),
  anonymous_limit: withDefault(
    record({
      description: 'Limits for calls without a token, by address of the caller (IPv6: by its /64)',
      fields: windows('one address'),
      atLeastOneOf: WINDOW_NAMES,
    }),
    { minute: 60 },
  ),
  count_as: optional(
    text({
      description:
        'Name that calls are counted under; by default that of the policy. Configurations with the same name share one ' +
        'count: give a route with limits of its own another name, so that its calls are counted apart',
      match: POLICY_PATTERN,
      maxLength: 64,
    }),
  ),
  counters: withDefault(
    text({
      description:
        'Where calls are counted: in the memory of each plugin server, or in a Redis that all gateways share',
      oneOf: ['local', 'redis'],
      maxLength: 10,
    }),
    'local',
  ),
  fail: withDefault(
    text({
      description:
        'While Redis is away: closed refuses every call with 503, local counts in each plugin server (at most limit × servers)',
      oneOf: ['closed', 'local'],
      maxLength: 10,
    }),
    'closed',
  ),
  redis: optional(redis),
}

const SHARED_COUNTERS = { when: 'counters', is: 'redis', needs: 'redis' } as const

const BACKEND_FIELDS = {
  forward_token: withDefault(
    flag({ description: 'Leave the header Authorization, with the access token, in the request to the backend' }),
    false,
  ),
  backend_secret: optional(
    secret({
      description:
        'Sent to the backend as proof that a call came through the gateway; may be a vault reference such as ' +
        '{vault://env/backend-secret}',
      match: { lua: '^[!-~]+$', js: /^[!-~]+$/, says: 'must be printable ASCII without blanks' },
      minLength: 16,
      maxLength: 1000,
    }),
  ),
  backend_secret_header: withDefault(
    text({
      description: 'Header that carries backend_secret; the functions of kong.yml take X-Gateway-… away from clients',
      match: {
        lua: '^[Xx]%-[Gg]ateway%-[A-Za-z0-9-]+$',
        js: /^[Xx]-[Gg]ateway-[A-Za-z0-9-]+$/,
        says: 'must begin with X-Gateway-, as no client can send it then',
      },
      maxLength: 100,
    }),
    'X-Gateway-Secret',
  ),
}

/** Config of `mobile-metadata`; the names are those of RFC 9728 §2. */
export const metadataConfig = record({
  description:
    'Answers with the protected-resource metadata of an API (RFC 9728), from which apps learn where to log in; it belongs ' +
    'on a public route',
  fields: {
    resource: required(
      text({ description: 'Resource URI of the API, as its clients know it', match: QUOTABLE_URL, maxLength: 1000 }),
    ),
    authorization_servers: required(
      list('array', {
        description: 'Issuers of tokens for this API',
        elements: text({ match: QUOTABLE_URL, maxLength: 1000 }),
        minLength: 1,
        maxLength: 20,
      }),
    ),
    scopes_supported: withDefault(
      list('set', { description: 'Scopes that clients may ask for', elements: scopeToken, maxLength: 100 }),
      [],
    ),
    dpop: withDefault(
      choice({ description: 'As in mobile-gateway: what the API does about tokens bound to a key', oneOf: DPOP_MODES }),
      'optional',
    ),
    resource_name: optional(text({ description: 'Name of the API, for people', maxLength: 200 })),
    resource_documentation: optional(pageUrl('Documentation for developers')),
    resource_policy_uri: optional(pageUrl('What clients may do with the data')),
    resource_tos_uri: optional(pageUrl('Terms of service of the API')),
    max_age_seconds: withDefault(
      integer({ description: 'How long the answer may be kept, in seconds', between: [0, 86_400] }),
      3600,
    ),
  },
})

/** Config of `mobile-gateway`. */
export const gatewayConfig = record({
  description: 'Verifies the access token, counts the call and sets the identity headers: the plugin to use',
  fields: { policy, ...TOKEN_FIELDS, ...KONG_FIELDS, ...QUOTA_FIELDS, ...BACKEND_FIELDS },
  conditional: SHARED_COUNTERS,
})
/** Config of `mobile-token`. */
export const tokenConfig = record({
  description: 'Verifies the access token only; for chains with other plugins in between',
  fields: { policy, ...TOKEN_FIELDS, ...KONG_FIELDS },
})
/** Config of `mobile-quota`. */
export const quotaConfig = record({
  description: 'Counts the call only; needs mobile-token of the same policy before it',
  fields: { policy, ...QUOTA_FIELDS },
  conditional: SHARED_COUNTERS,
})
/** Config of `mobile-identity`. */
export const identityConfig = record({
  description: 'Sets the identity headers only; needs mobile-token of the same policy before it',
  fields: { policy, ...BACKEND_FIELDS },
})

/** Typed config of the token stage. */
export type TokenConfig = Value<typeof tokenConfig>
/** Typed config of the quota stage. */
export type QuotaConfig = Value<typeof quotaConfig>
/** Typed config of the protected-resource metadata. */
export type MetadataConfig = Value<typeof metadataConfig>
/** Typed config of what the backend gets to see of credentials. */
export type BackendConfig = Pick<Value<typeof identityConfig>, keyof typeof BACKEND_FIELDS>
/** Typed limits of one plan. */
export type LimitsConfig = Value<typeof defaultLimit>
/** Typed address of a Redis, and how to use it. */
export type RedisConfig = Value<typeof redis>
