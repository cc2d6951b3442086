// The limits alone; needs mobile-token of the same policy before it.
import { CHAIN_CONTEXT_KEY, marked, passName, readContext } from '../chain-context.ts'
import { quotaConfig } from '../schema/quota.ts'
import { deny, unavailable } from '../stages/effects.ts'
import { limitHeaders, notAdmitted } from '../stages/quota/answers.ts'
import { quotaStage } from '../stages/quota/stage.ts'
import { plugin } from './plugin.ts'

/** `mobile-quota`. */
export const mobileQuota = plugin('mobile-quota', 905, quotaConfig, (config, services) => {
  const admitCall = quotaStage(config, services)
  services.knownLimits.addLimits(config, services.holder)
  return async (kong) => {
    const left = readContext(await kong.ctx.shared.get(CHAIN_CONTEXT_KEY), config.policy)
    if (!left) return deny(unavailable('no hand-over from mobile-token of this policy'))
    const { caller, context } = left
    const admission = await admitCall(caller)
    if (admission.kind !== 'admitted') return deny(notAdmitted(admission))
    return {
      kind: 'pass',
      responseHeaders: limitHeaders(admission),
      chainContext: marked(context, 'quota', passName(config.policy, caller)),
    }
  }
})
