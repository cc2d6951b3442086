// What one configuration demands of a token, compiled for quick checks.
import { algorithmOf } from '@mobile-api-gateway/sdk/algorithm.ts'
import type { TokenConfig } from '../../schema/config.ts'
import { ConfigError } from '../../schema/read-config.ts'
import type { Scheme } from './authorization.ts'
import type { Challenger } from './challenge.ts'

/** A config of the token stage, ready to check tokens by. */
export interface TokenPolicy extends Challenger {
  /** Issuer to the address of its keys. */
  readonly issuers: ReadonlyMap<string, string>
  readonly audiences: ReadonlySet<string>
  readonly algorithms: ReadonlySet<string>
  readonly leewaySeconds: number
  readonly requiredScopes: readonly string[]
  /** Scopes needed in addition, by method. */
  readonly methodScopes: ReadonlyMap<string, readonly string[]>
  readonly allowedClients: ReadonlySet<string> | undefined
  /** Whether calls without any token pass. */
  readonly anonymous: boolean
  readonly dpop: DpopPolicy
}

/** What a policy asks of tokens that are bound to a key. */
export interface DpopPolicy {
  readonly mode: 'off' | 'optional' | 'required'
  /** Where clients find this API; proofs are held against these, never against Host or X-Forwarded-*. */
  readonly origins: ReadonlySet<string>
  /** How far the clock of a proof may differ from ours, in seconds. */
  readonly windowSeconds: number
}

const SCHEMES = {
  off: ['bearer'],
  optional: ['bearer', 'dpop'],
  required: ['dpop'],
} as const satisfies Record<DpopPolicy['mode'], readonly Scheme[]>

/**
 * Compiles a config.
 * @throws ConfigError when it requires proofs and nothing says for which address
 */
export function tokenPolicy(config: TokenConfig): TokenPolicy {
  const dpop = dpopPolicy(config)
  return {
    issuers: new Map(config.issuers.map((entry) => [entry.issuer, entry.jwks_uri])),
    audiences: new Set(config.audiences),
    algorithms: new Set(config.algorithms.map(algorithmOf)),
    leewaySeconds: config.leeway_seconds,
    requiredScopes: config.required_scopes,
    methodScopes: config.method_scopes,
    allowedClients: config.allowed_clients && new Set(config.allowed_clients),
    anonymous: config.anonymous,
    dpop,
    realm: config.realm ?? config.policy,
    schemes: SCHEMES[dpop.mode],
    resourceMetadata: config.resource_metadata,
  }
}

/** Audiences that are no addresses name no origin: nothing could be held against a proof then. */
function dpopPolicy({ dpop, dpop_window_seconds, public_origin, audiences }: TokenConfig): DpopPolicy {
  const addresses = public_origin === undefined ? audiences : [public_origin]
  const origins = new Set(addresses.filter((text) => /^https?:/i.test(text) && URL.canParse(text)).map(originOf))
  if (dpop === 'required' && origins.size === 0)
    throw new ConfigError('dpop: required needs public_origin, since no audience is an http or https address')
  return { mode: origins.size === 0 ? 'off' : dpop, origins, windowSeconds: dpop_window_seconds }
}

function originOf(address: string): string {
  return new URL(address).origin
}

/** The scopes a request with this method needs; `undefined` where no policy depends on the method. */
export function neededScopes(policy: TokenPolicy, method: string | undefined): readonly string[] {
  if (method === undefined) return policy.requiredScopes
  // A HEAD answer tells whether a GET would have found something: it needs the same scopes.
  const byMethod =
    policy.methodScopes.get(method) ?? (method === 'HEAD' ? policy.methodScopes.get('GET') : undefined) ?? []
  return [...new Set([...policy.requiredScopes, ...byMethod])]
}
