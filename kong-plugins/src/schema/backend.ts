// The configuration of what the backend is told, and of what it gets to see of credentials.
import { GATEWAY_SECRET_HEADER } from '@mobile-api-gateway/sdk/identity-headers.ts'
import { optional, type Value, withDefault } from './field.ts'
import { record } from './record.ts'
import { flag, secret, text } from './scalars.ts'
import { policy } from './shared.ts'

/** The fields of the stage that tells the backend who calls. */
export const BACKEND_FIELDS = {
  policy,
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
    GATEWAY_SECRET_HEADER,
  ),
}

/** Config of `mobile-identity`. */
export const identityConfig = record({
  description: 'Sets the identity headers only; needs mobile-token of the same policy before it',
  fields: BACKEND_FIELDS,
})

/** Configuration of the identity stage. */
export type BackendConfig = Value<typeof identityConfig>
