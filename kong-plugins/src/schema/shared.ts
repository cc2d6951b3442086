// Fields that several plugins have.
import { required } from './field.ts'
import { POLICY_NAME, SCOPE_TOKEN } from './patterns.ts'
import { text } from './scalars.ts'

/** The name of the policy. */
export const policy = required(
  text({
    description:
      'Name of this policy: part of the mark that the guard checks, and of the key that calls are counted under',
    match: POLICY_NAME,
    maxLength: 64,
  }),
)

/** One scope. */
export const scopeToken = text({ match: SCOPE_TOKEN, maxLength: 200 })

/** What a policy does about tokens that are bound to a key. */
export const DPOP_MODES = ['off', 'optional', 'required'] as const
