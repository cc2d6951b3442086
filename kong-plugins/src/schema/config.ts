// The configuration of the plugins: every field with its description, bounds and default; --dump and the types follow from it.
import { optional, required, type Value, withDefault } from './field.ts'
import { integer, list, map, record, text } from './types.ts'

/** Signature algorithms that may be allowed; symmetric ones and `none` are not among them, so no config can turn them on. */
export const ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] as const

const policyName = text({
  description:
    'Name of this policy: part of the mark that the guard checks, and of the key that calls are counted under',
  match: { lua: '^[A-Za-z0-9-]+$', js: /^[A-Za-z0-9-]+$/, says: 'must consist of letters, digits and dashes' },
  maxLength: 64,
})

const httpUrl = {
  lua: '^https?://[^%s]+$',
  js: /^https?:\/\/[^\s]+$/,
  says: 'must be an http or https address',
}

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const scopeToken = text({
  match: { lua: '^[!#-/0-Z%[%]^-~]+$', js: /^[!#-[\]^-~]+$/, says: 'must be one scope (RFC 6749 §3.3)' },
  maxLength: 200,
})

const policy = required(policyName)

const tokenFields = {
  issuers: required(
    list('array', {
      description: 'Authorization servers whose access tokens are accepted',
      elements: record({
        fields: {
          issuer: required(text({ description: 'Exact value of the claim iss', maxLength: 1000 })),
          jwks_uri: required(
            text({ description: 'Address of its public keys (RFC 7517)', match: httpUrl, maxLength: 1000 }),
          ),
        },
      }),
      minLength: 1,
      maxLength: 20,
    }),
  ),
  audiences: required(
    list('set', {
      description: 'Resource URIs of this API: the claim aud must name one of them',
      elements: text({ maxLength: 1000 }),
      minLength: 1,
      maxLength: 20,
    }),
  ),
  algorithms: withDefault(
    list('set', {
      description: 'Signature algorithms accepted; which one a key is for, the key itself decides',
      elements: text({ oneOf: ALGORITHMS, maxLength: 10 }),
      minLength: 1,
      maxLength: ALGORITHMS.length,
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
}

const MOST_CALLS = 1_000_000_000

function limits(description?: string) {
  const calls = (window: string) =>
    optional(
      integer({
        description: `Calls per ${window} (UTC) of one user through one application`,
        between: [1, MOST_CALLS],
      }),
    )
  return record({
    ...(description === undefined ? {} : { description }),
    fields: { second: calls('second'), minute: calls('minute'), hour: calls('hour'), day: calls('day') },
    atLeastOne: true,
  })
}

const quotaFields = {
  plans: withDefault(
    map({
      description: 'Limits by name of the plan, as the claim plan of the token names it',
      keys: text({ maxLength: 100 }),
      values: limits(),
      maxLength: 100,
    }),
    {},
  ),
  default_limit: withDefault(limits('Limits for tokens without a plan, or with one that is not listed'), {
    minute: 60,
  }),
}

/** Config of `mobile-gateway`. */
export const gatewayConfig = record({ fields: { policy, ...tokenFields, ...quotaFields } })
/** Config of `mobile-token`. */
export const tokenConfig = record({ fields: { policy, ...tokenFields } })
/** Config of `mobile-quota`. */
export const quotaConfig = record({ fields: { policy, ...quotaFields } })
/** Config of `mobile-identity`. */
export const identityConfig = record({ fields: { policy } })

/** Typed config of the token stage. */
export type TokenConfig = Value<typeof tokenConfig>
/** Typed config of the quota stage. */
export type QuotaConfig = Value<typeof quotaConfig>
