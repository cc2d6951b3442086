// The identity providers of this server, ready to be used; one that is down says so, and keeps nobody from the others.
import type { FederationAddress } from './addresses.ts'
import type { MappedClaim } from './claim-mapping.ts'
import type { GroupMapping } from './group-mapping.ts'
import type { UpstreamIdentity, UpstreamProtocol } from './provider.ts'
import type { ProviderProblem } from './reachability.ts'

/** What pages call a provider, and whether it can be reached, as far as is known. */
export interface ProviderButton {
  readonly name: string
  readonly label: string
  readonly isDown: boolean
}

/** An address as an account has it. */
export interface VouchedAddress {
  readonly key: string
  readonly address: string
}

export interface IdentityProvider
  extends Pick<
    UpstreamProtocol,
    'issuer' | 'begin' | 'finish' | 'posts' | 'asksHere' | 'metadata' | 'revoke' | 'logout' | 'readLogoutToken'
  > {
  /** In addresses and in the configuration. */
  readonly name: string
  readonly label: string
  /** The word of the configuration for what it speaks. */
  readonly kind: string
  /** Where people are sent, or this server asks, for administrators. */
  readonly endpoint: string
  /** Those of this server that it is registered with. */
  readonly addresses: Readonly<Partial<Record<FederationAddress, string>>>
  readonly certificatesEnd: readonly Date[]
  /** It can be linked to an account, and signs nobody in. */
  readonly isLinkOnly: boolean
  /** For the policy of pages whose forms lead there. */
  readonly leadsTo: string
  /** For whose addresses it is the authority, by the configuration; `*` for all. */
  readonly emailDomains: readonly string[]
  /** What of all that it tells becomes claims of ours. */
  readonly claims: readonly MappedClaim[]
  readonly groups: GroupMapping
  /** Whether its last answer failed to come, a moment ago. */
  isDown(): boolean
  /** What went wrong the last time, until it is reached again. */
  lastFailure(): ProviderProblem | undefined
  /** What went wrong the last time since this process runs, whatever went well after that. */
  lastTrouble(): ProviderProblem | undefined
  /** Looks in ahead of time, now and then; nobody waits for it, and it never fails. */
  prepare(): Promise<void>
  /** The address that the provider vouches for, if it does. */
  vouchedAddress(identity: UpstreamIdentity): VouchedAddress | undefined
}

export interface Providers {
  /** In the order of the configuration. */
  readonly all: readonly IdentityProvider[]
  find(name: string): IdentityProvider | undefined
  /** Of an issuer; undefined where none is configured (any more). */
  ofIssuer(issuer: string): IdentityProvider | undefined
  /** What people call the provider of an issuer. */
  labelOf(issuer: string): string | undefined
  /** Some of them as pages show them; looks in on those that nobody has asked for a while. */
  buttons(some: readonly IdentityProvider[]): readonly ProviderButton[]
  /** Asks those that could not be reached whether they can be by now. */
  lookAgain(): Promise<void>
}

export function listProviders(all: readonly IdentityProvider[]): Providers {
  const ofIssuer = (issuer: string) => all.find((provider) => provider.issuer === issuer)
  return {
    all,
    find: (name) => all.find((provider) => provider.name === name),
    ofIssuer,
    labelOf: (issuer) => ofIssuer(issuer)?.label,
    buttons(some) {
      for (const provider of some) if (!provider.isDown()) void provider.prepare()
      return some.map((provider) => ({ name: provider.name, label: provider.label, isDown: provider.isDown() }))
    },
    async lookAgain() {
      await Promise.all(all.filter((provider) => provider.lastFailure()).map((provider) => provider.prepare()))
    },
  }
}

/** Whose identities sign people in. */
export function issuersOf({ all }: Providers): readonly string[] {
  return all.filter(({ isLinkOnly }) => !isLinkOnly).map(({ issuer }) => issuer)
}

export const NO_PROVIDERS = listProviders([])
