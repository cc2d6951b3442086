// The first stages alone, for chains of one's own.
import { firstContext } from '../chain-context.ts'
import { tokenConfig } from '../schema/token.ts'
import { firstStages, logged } from './first-stages.ts'
import { plugin } from './plugin.ts'

/** `mobile-token`. */
export const mobileToken = plugin('mobile-token', 1420, tokenConfig, (config, services) => {
  const begin = firstStages(config, services, services.proofs.for({ kind: 'local' }))
  return logged(config, async (kong) => {
    const first = await begin(kong)
    if (first.kind === 'deny') return first
    const { caller, effects } = first
    const chainContext = firstContext(config.policy, caller, effects.authenticate?.consumer.id)
    return { kind: 'pass', caller, ...effects, chainContext }
  })
})
