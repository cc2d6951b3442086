// The configuration of an issuer's feed of revocations.
import { optional, required, type Value, withDefault } from './field.ts'
import { record } from './record.ts'
import { choice, httpUrl, integer, secret, text } from './scalars.ts'

const revocations = record({
  description:
    'The feed of revocations of this server: tokens that it names are refused within two seconds, and nothing passes before ' +
    'the feed was read to its end once. Without it a token counts until it expires',
  fields: {
    url: required(
      httpUrl(
        'Address of the feed (revocations_endpoint); beside it the limits of plans are told, at plan-limits, and calls, at usage',
      ),
    ),
    token_url: required(httpUrl('Address of the token endpoint, where the gateway gets a token for the feed')),
    client_id: required(
      text({
        description: 'The gateway as a client of that server, subscribed to the feed: client_credentials, Basic',
        maxLength: 255,
      }),
    ),
    client_secret: required(
      secret({
        description: 'Its secret, or a vault reference such as {vault://env/gateway-client-secret}',
        maxLength: 1000,
      }),
    ),
    max_staleness_seconds: withDefault(
      integer({
        description: 'How long calls go on while the feed cannot be read, in seconds',
        between: [5, 3600],
      }),
      300,
    ),
    when_stale: withDefault(
      choice({
        description:
          'What happens after that: closed refuses every call with 503, open lets pass what is not known to be revoked',
        oneOf: ['closed', 'open'],
      }),
      'closed',
    ),
  },
})

/** The field `revocations` of an issuer. */
export const issuerRevocations = optional(revocations)

/** Typed config of a feed. */
export type RevocationsConfig = Value<typeof revocations>
