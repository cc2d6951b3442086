// How many calls there may be in a window.
import { optional, type Value } from './field.ts'
import { record } from './record.ts'
import { integer } from './scalars.ts'

const MOST_CALLS = 1_000_000_000

function calls(window: string, whose: string) {
  return optional(integer({ description: `Calls per ${window} (UTC) of ${whose}`, between: [1, MOST_CALLS] }))
}
/** The windows that calls are limited in. */
export function windows(whose: string) {
  return {
    second: calls('second', whose),
    minute: calls('minute', whose),
    hour: calls('hour', whose),
    day: calls('day', whose),
  }
}
/** Their names. */
export const WINDOW_NAMES = ['second', 'minute', 'hour', 'day'] as const

/** The limits of one plan. */
export function limits(description?: string) {
  return record({
    ...(description === undefined ? {} : { description }),
    fields: {
      ...windows('one user through one application, of an application that calls for itself, or of one address'),
      attested: optional(
        record({
          description:
            'Limits in place of these for users whose token is bound to a key that a phone has vouched for (the claim attested)',
          fields: windows('one user through one application, on an attested device'),
          atLeastOneOf: WINDOW_NAMES,
        }),
      ),
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

/** The limits of who has no plan. */
export const defaultLimit = limits('Limits for tokens without a plan, or with one that is not listed')

/** Limits of one plan. */
export type LimitsConfig = Value<typeof defaultLimit>
