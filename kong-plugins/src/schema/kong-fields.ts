// What Kong itself, its other plugins and its logs are told of callers.
import { optional, withDefault } from './field.ts'
import { choice, flag, text } from './scalars.ts'

/** What Kong itself is told of callers. */
export const CONSUMERS = ['none', 'virtual', 'real'] as const

/** The fields of the stage that tells Kong who calls. */
export const KONG_FIELDS = {
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
