// The configuration of an API's public metadata.
import { list, set } from './collections.ts'
import { optional, required, type Value, withDefault } from './field.ts'
import { QUOTABLE_URL } from './patterns.ts'
import { record } from './record.ts'
import { choice, integer, text } from './scalars.ts'
import { DPOP_MODES, scopeToken } from './shared.ts'

function pageUrl(description: string) {
  return text({ description, match: QUOTABLE_URL, maxLength: 1000 })
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
      list({
        description: 'Issuers of tokens for this API',
        elements: text({ match: QUOTABLE_URL, maxLength: 1000 }),
        minLength: 1,
        maxLength: 20,
      }),
    ),
    scopes_supported: withDefault(
      set({ description: 'Scopes that clients may ask for', elements: scopeToken, maxLength: 100 }),
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

/** Configuration of the protected-resource metadata. */
export type MetadataConfig = Value<typeof metadataConfig>
