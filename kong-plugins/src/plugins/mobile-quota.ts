// The limits alone; needs mobile-token of the same policy before it.
import { CHAIN_CONTEXT_KEY, callOf, marked, passName, readContext } from '../chain-context.ts'
import { quotaConfig } from '../schema/quota.ts'
import { deny, type Effects, unavailable } from '../stages/effects.ts'
import { limitHeaders, notAdmitted } from '../stages/quota/answers.ts'
import { quotaStage } from '../stages/quota/stage.ts'
import type { UsageOutcome } from '../usage/ledger.ts'
import { noteCall } from './counted.ts'
import { plugin } from './plugin.ts'

const COUNTS: readonly UsageOutcome[] = ['accepted', 'refused']

/** `mobile-quota`. */
export const mobileQuota = plugin('mobile-quota', 905, quotaConfig, (config, services) => {
  const admitCall = quotaStage(config, services)
  services.knownLimits.addLimits(config, services.holder)
  return async (kong) => {
    const left = readContext(await kong.ctx.shared.get(CHAIN_CONTEXT_KEY), config.policy)
    if (!left) return deny(unavailable('no hand-over from mobile-token of this policy'))
    const { caller, context } = left
    const admission = await admitCall(caller)
    const effects: Effects =
      admission.kind === 'admitted'
        ? {
            kind: 'pass',
            responseHeaders: limitHeaders(admission),
            chainContext: marked(context, 'quota', passName(config.policy, caller)),
          }
        : deny(notAdmitted(admission))
    const call = callOf(context, caller)
    await noteCall(kong, { ...effects, call }, { ...services, policy: config.policy, counts: COUNTS })
    return effects.kind === 'deny' && call ? { ...effects, clientId: call.clientId } : effects
  }
})
