// The identity headers alone; needs mobile-token of the same policy before it.
import { CHAIN_CONTEXT_KEY, claimsOf, marked, passName, readContext } from '../chain-context.ts'
import { identityConfig } from '../schema/backend.ts'
import { deny, unavailable } from '../stages/effects.ts'
import { identityStage } from '../stages/identity/stage.ts'
import { plugin } from './plugin.ts'

/** `mobile-identity`. */
export const mobileIdentity = plugin('mobile-identity', 1040, identityConfig, (config) => {
  const introduce = identityStage(config)
  return async (kong) => {
    const left = readContext(await kong.ctx.shared.get(CHAIN_CONTEXT_KEY), config.policy)
    if (!left) return deny(unavailable('no hand-over from mobile-token of this policy'))
    const { caller, context } = left
    const { requestHeaders, secretHeaders, note } = introduce(caller, claimsOf(context), context.consumer)
    return {
      kind: 'pass',
      requestHeaders,
      secretHeaders,
      chainContext: { ...marked(context, 'identity', passName(config.policy, caller)), caller: note },
    }
  }
})
