// The table of the plugins: what Kong knows each by, the config it takes, and the stages it puts a request through.
import { firstHandOver, HAND_OVER_KEY, marked, passName, readHandOver } from './hand-over.ts'
import type { KongReader } from './protocol/kong.ts'
import {
  gatewayConfig,
  identityConfig,
  metadataConfig,
  quotaConfig,
  type TokenConfig,
  tokenConfig,
} from './schema/config.ts'
import type { Field, KongField } from './schema/field.ts'
import { readConfig } from './schema/read-config.ts'
import type { HeldServices } from './services.ts'
import type { Visitor } from './stages/caller.ts'
import { deny, type Effects, unavailable } from './stages/effects.ts'
import { callerNote } from './stages/identity/caller-note.ts'
import { credentialHeaders, secretHeaders } from './stages/identity/credentials.ts'
import { identityHeaders } from './stages/identity/identity.ts'
import { metadataAnswer } from './stages/metadata/protected-resource.ts'
import { limitHeaders, mark, notAdmitted } from './stages/quota/answers.ts'
import { quotaStage } from './stages/quota/quota.ts'
import { subjectOf } from './stages/quota/subject.ts'
import { tokenStage } from './token-plugin.ts'

/** Decides on one request, having read what it needs from it. */
export type Decide = (kong: KongReader) => Promise<Effects>

/** One row of the table. */
export interface Plugin {
  readonly name: string
  /** Kong runs higher numbers first; its own jwt has 1450, rate-limiting 910. */
  readonly priority: number
  /** Schema of its config, for Kong. */
  readonly schema: KongField
  /**
   * Called once per configuration, with the JSON that Kong hands over; what can be prepared is prepared here.
   * @throws ConfigError when the config cannot be used
   */
  readonly prepare: (given: unknown, services: HeldServices) => Decide
}

/** All versions move together. */
export const VERSION = '0.1.0'

/** All three stages in one hop: the plugin to use. */
const mobileGateway = plugin('mobile-gateway', 1420, gatewayConfig, (config, services) => {
  const verify = tokenStage(config, services, services.proofs.for(config, services.holder))
  const admitCall = quotaStage(config, services)
  const credentials = credentialHeaders(config)
  const secrets = secretHeaders(config)
  return logged(config, async (kong) => {
    const verdict = await verify(kong)
    if (verdict.kind === 'deny') return verdict
    const { visitor, effects } = verdict
    const admission = await admitCall(subjectOf(visitor), planOf(visitor))
    if (admission.kind !== 'admitted') return { ...deny(notAdmitted(admission)), visitor }
    const identity = identityHeaders(visitor)
    return {
      kind: 'pass',
      visitor,
      ...effects,
      requestHeaders: {
        ...identity,
        ...credentials,
        'X-Mobile-Gateway': mark(passName(config.policy, visitor), admission),
        'X-Mobile-Gateway-Caller': callerNote(identity, effects.authenticate?.consumer.id),
      },
      secretHeaders: secrets,
    }
  })
})

/** The first stage alone, for chains of one's own. */
const mobileToken = plugin('mobile-token', 1420, tokenConfig, (config, services) => {
  const verify = tokenStage(config, services)
  return logged(config, async (kong) => {
    const verdict = await verify(kong)
    if (verdict.kind === 'deny') return verdict
    const { visitor, effects } = verdict
    return {
      kind: 'pass',
      visitor,
      ...effects,
      handOver: firstHandOver(config.policy, visitor, effects.authenticate?.consumer.id),
    }
  })
})

/** The identity headers alone; needs mobile-token of the same policy before it. */
const mobileIdentity = plugin('mobile-identity', 1040, identityConfig, (config) => {
  const credentials = credentialHeaders(config)
  const secrets = secretHeaders(config)
  return async (kong) => {
    const left = readHandOver(await kong.ctx.shared.get(HAND_OVER_KEY), config.policy)
    if (!left) return deny(unavailable('no hand-over from mobile-token of this policy'))
    const identity = identityHeaders(left.visitor)
    const caller = callerNote(identity, left.handed.consumer)
    return {
      kind: 'pass',
      requestHeaders: { ...identity, ...credentials },
      secretHeaders: secrets,
      handOver: { ...marked(left.handed, 'identity', passName(config.policy, left.visitor)), caller },
    }
  }
})

/** The limits alone; needs mobile-token of the same policy before it. */
const mobileQuota = plugin('mobile-quota', 905, quotaConfig, (config, services) => {
  const admitCall = quotaStage(config, services)
  return async (kong) => {
    const left = readHandOver(await kong.ctx.shared.get(HAND_OVER_KEY), config.policy)
    if (!left) return deny(unavailable('no hand-over from mobile-token of this policy'))
    const admission = await admitCall(subjectOf(left.visitor), planOf(left.visitor))
    if (admission.kind !== 'admitted') return deny(notAdmitted(admission))
    return {
      kind: 'pass',
      responseHeaders: limitHeaders(admission),
      handOver: marked(left.handed, 'quota', passName(config.policy, left.visitor)),
    }
  }
})

/** Answers a public route of its own; it needs no service behind it. */
const mobileMetadata = plugin('mobile-metadata', 1410, metadataConfig, (config) => {
  const effects: Effects = { kind: 'answer', answer: metadataAnswer(config) }
  return async () => effects
})

/** The table, in the order in which a chain of all would run. */
export const PLUGINS: readonly Plugin[] = [mobileGateway, mobileToken, mobileMetadata, mobileIdentity, mobileQuota]

function plugin<Config>(
  name: string,
  priority: number,
  config: Field<Config>,
  prepare: (config: Config, services: HeldServices) => Decide,
): Plugin {
  return {
    name,
    priority,
    schema: config.kong,
    prepare: (given, services) => prepare(readConfig(name, config, given), services),
  }
}

function planOf(visitor: Visitor): string | undefined {
  return visitor.kind === 'known' ? visitor.caller.plan : undefined
}

type Judged = Effects & { readonly visitor?: Visitor }

/** Adds what the log plugins are told, where the config asks for it. Users are not among it: logs are kept for long. */
function logged(
  { policy, log_fields }: TokenConfig,
  decide: (kong: KongReader) => Promise<Judged>,
): (kong: KongReader) => Promise<Effects> {
  if (!log_fields) return decide
  return async (kong) => {
    const { visitor, ...effects } = await decide(kong)
    const logFields = {
      policy,
      ...(visitor?.kind === 'known' && { client_id: visitor.caller.clientId }),
      ...(effects.kind === 'deny' && { reason: effects.denial.reason }),
    }
    return { ...effects, logFields }
  }
}
