// What both plugins that verify tokens do: read what the token stage asks for, and put its decision into Kong's terms.
import type { KongReader } from './protocol/kong.ts'
import type { TokenConfig } from './schema/config.ts'
import type { HeldServices } from './services.ts'
import type { Visitor } from './stages/caller.ts'
import { type KongIdentity, kongIdentity, virtualConsumer } from './stages/consumer/kong-identity.ts'
import type { ProofMemory } from './stages/dpop/proof-memory.ts'
import type { Denial, PassEffects } from './stages/effects.ts'
import { tokenPolicy } from './stages/verify-token/policy.ts'
import { toDenial } from './stages/verify-token/refusals.ts'
import type { Claims } from './stages/verify-token/token.ts'
import { verifyToken } from './stages/verify-token/verify-token.ts'

/** The call may go on, as this visitor, after these effects; or it may not. */
export type Verdict =
  | { readonly kind: 'let-in'; readonly visitor: Visitor; readonly effects: PassEffects }
  | { readonly kind: 'deny'; readonly denial: Denial }

/** Answers for a caller of an application that no consumer of kong.yml is named after. */
const NO_CONSUMER: Denial = {
  status: 403,
  body: { message: 'This application may not call this API' },
  headers: {},
  reason: 'no consumer of that name',
}

/**
 * Prepares the token stage for one config.
 * @throws ConfigError when the config contradicts itself
 */
export function tokenStage(
  config: TokenConfig,
  services: HeldServices,
  proofs: ProofMemory = services.proofs.for(),
): (kong: KongReader) => Promise<Verdict> {
  const policy = tokenPolicy(config)
  const { holder, standings, clock, tokenCache } = services
  const held = new Map(
    config.issuers.map(({ issuer, jwks_uri }) => [jwks_uri, services.keySources.at(jwks_uri, holder, issuer)]),
  )
  const keySources = { at: (jwksUri: string) => held.get(jwksUri) ?? services.keySources.at(jwksUri, holder) }
  const stores = { clock, tokenCache, keySources, proofs, standing: standings.for(config.issuers, holder) }
  const readsMethod = policy.methodScopes.size > 0
  const severalIssuers = policy.issuers.size > 1
  for (const source of held.values()) void source.refresh()

  return async (kong) => {
    const [authorization, method] = await Promise.all([
      kong.request.getHeader('authorization'),
      readsMethod ? kong.request.getMethod() : undefined,
    ])
    const readProof = async () => {
      const [header, requestLine] = await Promise.all([kong.nginx.getVar('http_dpop'), kong.nginx.getVar('request')])
      return { header, requestLine }
    }
    const decision = await verifyToken({ authorization, method, readProof }, policy, stores)
    if (decision.kind === 'refused')
      return { kind: 'deny', denial: toDenial(decision.refusal, policy, decision.scheme) }
    if (decision.kind === 'anonymous') {
      const address = await kong.client.getForwardedIp()
      return { kind: 'let-in', visitor: { kind: 'anonymous', address }, effects: {} }
    }

    const { claims } = decision
    // RFC 7519 §4.1.2: a subject is unique for its issuer only. With one issuer that goes without saying.
    const issuer = severalIssuers ? claims.issuer : undefined
    const identity = await identityFor(config, claims, issuer, kong)
    if (identity === 'missing') return { kind: 'deny', denial: NO_CONSUMER }
    return {
      kind: 'let-in',
      visitor: { kind: 'known', caller: claims, issuer },
      effects: {
        ...(identity && { authenticate: identity }),
        ...(config.groups_claim !== undefined && { groups: groupsOf(claims, config.groups_claim) }),
      },
    }
  }
}

async function identityFor(
  { kong_consumer }: TokenConfig,
  claims: Claims,
  issuer: string | undefined,
  kong: KongReader,
): Promise<KongIdentity | 'missing' | undefined> {
  if (kong_consumer === 'none') return undefined
  if (kong_consumer === 'virtual') return kongIdentity(virtualConsumer(claims, claims.issuer), claims, issuer)
  const consumer = await kong.client.loadConsumer(claims.clientId, true)
  return consumer === undefined ? 'missing' : kongIdentity(consumer, claims, issuer)
}

/** A group with a comma would be two in the header that acl makes of them. */
function groupsOf(claims: Claims, name: string): readonly string[] {
  const groups = name === 'scope' ? [...claims.scopes].filter((scope) => scope !== '') : (claims.lists.get(name) ?? [])
  return groups.filter((group) => !group.includes(','))
}
