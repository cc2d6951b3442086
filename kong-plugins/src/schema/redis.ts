// The Redis that several gateways share.
import { withoutBrackets } from '@mobile-api-gateway/sdk/network.ts'
import { compiled, optional, required, withDefault } from './field.ts'
import { record } from './record.ts'
import { flag, integer, secret, text } from './scalars.ts'

const fields = record({
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

/** Where it is and how it is spoken to, apart from what its keys are called there. An IPv6 address may come in brackets. */
export const redis = compiled(fields, ({ keyPrefix, host, ...rest }) => ({
  keyPrefix,
  target: { ...rest, host: withoutBrackets(host) },
}))
