// The identity providers of this server, ready to be used; one that is down says so, and keeps nobody from the others.
import { readAddress } from '../../delivery/mail/mailbox.ts'
import { type GuardedFetch, guardedFetch } from '../../http/outbound/guarded-fetch.ts'
import { type FederationAddress, federationPath } from './addresses.ts'
import type { MappedClaim } from './claim-mapping.ts'
import type { GroupMapping } from './group-mapping.ts'
import { knockAt } from './knock.ts'
import {
  CancelledThere,
  isKeepable,
  type UpstreamIdentity,
  type UpstreamProtocol,
  type UpstreamTools,
  WrongCredentials,
} from './provider.ts'
import { openReachability, type ProviderProblem } from './reachability.ts'

/** How long one provider may take for one answer; three in a row end well before a person gives up. */
const TIMEOUT_MILLIS = 5000
/** Of one answer; the largest are key sets. */
const MAX_BYTES = 256 * 1024
/** However many ask for it. */
const LOOK_EVERY_MILLIS = 25_000

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
    'issuer' | 'begin' | 'finish' | 'posts' | 'asksHere' | 'metadata' | 'revoke' | 'readLogoutToken'
  > {
  /** In addresses and in the configuration. */
  readonly name: string
  readonly label: string
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

/** What the configuration says of a provider of any kind. */
export interface ProviderSettings {
  readonly name: string
  readonly label: string
  readonly isLinkOnly: boolean
  /** For whose addresses it is the authority; `*` for all. */
  readonly emailDomains: readonly string[]
  readonly claims: readonly MappedClaim[]
  readonly groups: GroupMapping
}

/** @param ours the issuer of this server */
export function openProvider(
  { name, label, isLinkOnly, emailDomains, claims, groups }: ProviderSettings,
  ours: string,
  open: (tools: UpstreamTools) => UpstreamProtocol | undefined,
): IdentityProvider | undefined {
  const allowLoopback = ours.startsWith('http:')
  const known = openReachability()
  let lookAgainAt = 0
  const outward = (trustedHosts: readonly string[]) =>
    guardedFetch({ timeoutMillis: TIMEOUT_MILLIS, maxBytes: MAX_BYTES, allowLoopback, trustedHosts })
  const guarded = (trustedHosts: readonly string[]): GuardedFetch => {
    const fetch = outward(trustedHosts)
    return async (address, request) => {
      const response = await known.reach(() => fetch(address, request))
      if (response.status >= 500) known.failed(new Error(`${new URL(address).host} answered ${response.status}`))
      return response
    }
  }
  // Its status says nothing: some answer 500 to what they do not expect.
  const probe = async (address: string) => {
    await known.reach(() => outward([])(address, { method: 'GET' }))
  }
  const ownAddress = (address: FederationAddress) => ours + federationPath(address, name)
  const protocol = open({
    fetch: guarded([]),
    fetchFrom: (host: string) => guarded([host]),
    probe,
    knock: (address, forWhom) => knockAt(known, address, { forWhom, allowLoopback, timeoutMillis: TIMEOUT_MILLIS }),
    reach: known.reach,
    allowLoopback,
    ownAddress,
  })
  return (
    protocol && {
      name,
      label,
      emailDomains,
      claims,
      groups,
      issuer: protocol.issuer,
      isLinkOnly,
      leadsTo: protocol.leadsTo ?? protocol.issuer,
      ...(protocol.posts && { posts: protocol.posts }),
      ...(protocol.asksHere && { asksHere: protocol.asksHere }),
      ...(protocol.metadata && { metadata: () => protocol.metadata?.() ?? Promise.resolve('') }),
      ...(protocol.revoke && { revoke: (token: string) => protocol.revoke?.(token) ?? Promise.resolve() }),
      ...(protocol.readLogoutToken && { readLogoutToken: protocol.readLogoutToken }),
      isDown: known.isDown,
      lastFailure: known.lastFailure,
      lastTrouble: known.lastTrouble,
      begin: (request) => protocol.begin(request),
      async finish(answer) {
        try {
          const identity = await protocol.finish(answer)
          if (!isKeepable(identity.subject)) throw new Error('the subject is none that can be kept')
          return identity
        } catch (error) {
          if (!(error instanceof CancelledThere || error instanceof WrongCredentials)) known.refused(error)
          throw error
        }
      },
      async prepare() {
        if (performance.now() < lookAgainAt) return
        lookAgainAt = performance.now() + LOOK_EVERY_MILLIS
        await protocol.prepare?.().catch(known.failed)
      },
      vouchedAddress(identity) {
        const { email = '', emailVerified } = identity
        // What the provider has looked at is this spelling: one that reads as another (full-width letters) is somebody else's.
        const read = email === email.normalize('NFKC') ? readAddress(email) : undefined
        if (read?.mailbox === undefined || !emailVerified) return undefined
        const { key, mailbox: address } = read
        const domain = key.slice(key.lastIndexOf('@') + 1)
        const isNamed = emailDomains.includes('*') || emailDomains.includes(domain)
        return isNamed || protocol.isAuthorityFor?.(identity) ? { key, address } : undefined
      },
    }
  )
}
