// All stages in one plugin, and so in one call of Kong: the plugin to use.
import { passName } from '../chain-context.ts'
import { gatewayConfig } from '../schema/gateway.ts'
import { deny } from '../stages/effects.ts'
import { callerHeaders } from '../stages/identity/caller-headers.ts'
import { secretHeaders } from '../stages/identity/credential-headers.ts'
import { identityStage } from '../stages/identity/stage.ts'
import { mark, notAdmitted } from '../stages/quota/answers.ts'
import { quotaStage } from '../stages/quota/stage.ts'
import { authentication, noted } from './authentication.ts'
import { plugin } from './plugin.ts'

/** `mobile-gateway`. */
export const mobileGateway = plugin('mobile-gateway', 1420, gatewayConfig, ({ token, quota, backend }, services) => {
  const authenticate = authentication(token, services, services.proofs.for(quota.counters, services.holder))
  const admitCall = quotaStage(quota, services)
  services.knownLimits.addApis(token, services.holder)
  services.knownLimits.addLimits(quota, services.holder)
  const headersOf = callerHeaders(identityStage(backend))
  const secrets = secretHeaders(backend)
  services.ledgers.open(token, services.holder)
  return noted(token, { ...services, counts: ['accepted', 'refused'] }, async (kong) => {
    const authenticated = await authenticate(kong)
    if (authenticated.kind === 'deny') return authenticated
    const { caller, effects, call, claims } = authenticated
    const admission = await admitCall(caller)
    if (admission.kind !== 'admitted') return { ...deny(notAdmitted(admission)), caller, call }
    return {
      kind: 'pass',
      caller,
      call,
      ...effects,
      requestHeaders: { 'X-Mobile-Gateway': mark(passName(token.policy, caller), admission) },
      callerHeaders: headersOf(caller, claims, effects.authenticate?.consumer.id),
      secretHeaders: secrets,
    }
  })
})
