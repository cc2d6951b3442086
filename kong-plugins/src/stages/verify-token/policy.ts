// What one configuration demands of a token, compiled for quick checks.
import type { TokenConfig } from '../../schema/config.ts'

/** A config of the token stage, ready to check tokens by. */
export interface TokenPolicy {
  /** Issuer to the address of its keys. */
  readonly issuers: ReadonlyMap<string, string>
  readonly audiences: ReadonlySet<string>
  readonly algorithms: ReadonlySet<string>
  readonly leewaySeconds: number
  readonly requiredScopes: readonly string[]
  /** Scopes needed in addition, by method. */
  readonly methodScopes: ReadonlyMap<string, readonly string[]>
  readonly realm: string
}

/** Compiles a config. */
export function tokenPolicy(config: TokenConfig): TokenPolicy {
  return {
    issuers: new Map(config.issuers.map((entry) => [entry.issuer, entry.jwks_uri])),
    audiences: new Set(config.audiences),
    algorithms: new Set(config.algorithms),
    leewaySeconds: config.leeway_seconds,
    requiredScopes: config.required_scopes,
    methodScopes: config.method_scopes,
    realm: config.realm ?? config.policy,
  }
}

/** The scopes a request with this method needs; `undefined` where no policy depends on the method. */
export function neededScopes(policy: TokenPolicy, method: string | undefined): readonly string[] {
  if (method === undefined) return policy.requiredScopes
  // A HEAD answer tells whether a GET would have found something: it needs the same scopes.
  const byMethod =
    policy.methodScopes.get(method) ?? (method === 'HEAD' ? policy.methodScopes.get('GET') : undefined) ?? []
  return [...new Set([...policy.requiredScopes, ...byMethod])]
}
