// The token stage and the one that tells Kong who calls, for chains of one's own.
import { tokenContext } from '../chain-context.ts'
import { tokenConfig } from '../schema/token-config.ts'
import { authentication, noted } from './authentication.ts'
import { plugin } from './plugin.ts'

/** `mobile-token`. */
export const mobileToken = plugin('mobile-token', 1420, tokenConfig, (config, services) => {
  const authenticate = authentication(config, services, services.proofs.for({ kind: 'local' }))
  services.knownLimits.addApis(config, services.holder)
  services.ledgers.open(config, services.holder)
  // Calls that go on are counted by mobile-quota, which may refuse them.
  return noted(config, { ...services, counts: ['refused'] }, async (kong) => {
    const authenticated = await authenticate(kong)
    if (authenticated.kind === 'deny') return authenticated
    const { caller, effects, call, claims } = authenticated
    const consumer = effects.authenticate?.consumer.id
    const chainContext = tokenContext(config.policy, caller, { call, consumer, claims })
    return { kind: 'pass', caller, ...effects, chainContext }
  })
})
