// The token stage: reads of a request what the policy asks for, and finds out who calls.
import type { KongReader } from '../../protocol/kong.ts'
import type { TokenConfig } from '../../schema/token-config.ts'
import type { HeldServices } from '../../services.ts'
import { factsOf } from '../../usage/facts.ts'
import { type KnownCall, knownCall } from '../../usage/known-call.ts'
import { type AnonymousCaller, type KnownCaller, knownCaller } from '../caller.ts'
import type { ProofMemory } from '../dpop/proof-memory.ts'
import { possessionStage } from '../dpop/stage.ts'
import type { Denial } from '../effects.ts'
import { challengerOf } from './challenge.ts'
import { toDenial } from './refusals.ts'
import type { TokenClaims } from './token.ts'
import { type TokenStores, verifyToken } from './verify-token.ts'

/** Somebody calls. By a token that the cache knows it is the very object of the call before. */
export type VerifiedCaller =
  | { readonly kind: 'verified'; readonly caller: KnownCaller; readonly claims: TokenClaims }
  | { readonly kind: 'verified'; readonly caller: AnonymousCaller; readonly claims: undefined }

/** Or the call is refused; whose it was, where that is certain. */
export type Verification =
  | VerifiedCaller
  | { readonly kind: 'deny'; readonly denial: Denial; readonly call?: KnownCall }

/** What the stage needs besides its config. */
export interface TokenServices extends Pick<HeldServices, 'clock' | 'tokenCache' | 'keySources' | 'standings'> {
  /** The configuration, as what it shares with others knows it. */
  readonly holder?: HeldServices['holder']
}

/** What tokens of a config are verified with; begins to fetch the keys of its issuers. */
export function tokenStores(config: TokenConfig, services: TokenServices, proofs: ProofMemory): TokenStores {
  const { clock, tokenCache, holder } = services
  const keySources = new Map(
    config.issuers.map(({ issuer, jwksUri }) => [issuer, services.keySources.at(jwksUri, holder, issuer)]),
  )
  return {
    clock,
    tokenCache,
    keySources,
    possession: possessionStage(config.dpop, { clock, proofs }),
    standing: services.standings.for(config.issuers, holder),
  }
}

/** Prepares the stage for one config. */
export function tokenStage(
  config: TokenConfig,
  services: TokenServices,
  proofs: ProofMemory,
): (kong: KongReader) => Promise<Verification> {
  const stores = tokenStores(config, services, proofs)
  const challenger = challengerOf(config)
  const readsMethod = config.methodScopes.size > 0
  // RFC 7519 §4.1.2: a subject is unique for its issuer only. With one issuer that goes without saying.
  const severalIssuers = stores.keySources.size > 1
  const verified = services.tokenCache.keptPerToken((claims): VerifiedCaller => {
    const caller = knownCaller({ ...claims, issuer: severalIssuers ? claims.issuer : undefined })
    return { kind: 'verified', caller, claims }
  })
  for (const source of stores.keySources.values()) void source.refresh()

  return async (kong) => {
    const [authorization, method] = await Promise.all([
      kong.request.getHeader('authorization'),
      readsMethod ? kong.request.getMethod() : undefined,
    ])
    const readProof = async () => {
      const [header, requestLine] = await Promise.all([kong.nginx.getVar('http_dpop'), kong.nginx.getVar('request')])
      return { header, requestLine }
    }
    const decision = await verifyToken({ authorization, method, readProof }, config, stores)
    if (decision.kind === 'refused') {
      const { refusal, scheme, claims: signed } = decision
      const denial = toDenial(refusal, challenger, scheme)
      if (signed === undefined) return { kind: 'deny', denial }
      const facts = factsOf(refusal, signed, Math.floor(services.clock.wall() / 1000))
      return { kind: 'deny', denial: { ...denial, facts }, call: knownCall(signed, config.audiences) }
    }
    if (decision.kind === 'anonymous') {
      const address = await kong.client.getForwardedIp()
      return { kind: 'verified', caller: { kind: 'anonymous', address }, claims: undefined }
    }
    return verified(decision.claims)
  }
}
