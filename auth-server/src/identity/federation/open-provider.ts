// One identity provider, made of its settings: what its kind knows to do, behind what counts for all of them.
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { readAddress } from '../../delivery/mail/mailbox.ts'
import { type GuardedFetch, guardedFetch } from '../../http/outbound/guarded-fetch.ts'
import { addressesOf, type FederationAddress, federationPath } from './addresses.ts'
import { knockAt } from './knock.ts'
import { CancelledThere, isKeepable, type UpstreamProtocol, type UpstreamTools, WrongCredentials } from './provider.ts'
import type { IdentityProvider } from './providers.ts'
import { openReachability } from './reachability.ts'

/** How long one provider may take for one answer; three in a row end well before a person gives up. */
const TIMEOUT_MILLIS = 5000
/** Of one answer; the largest are key sets. */
const MAX_BYTES = 256 * 1024
/** However many ask for it. */
const LOOK_EVERY_MILLIS = 25_000

/** What the configuration says of a provider of any kind. */
export type ProviderSettings = Pick<
  IdentityProvider,
  'name' | 'label' | 'kind' | 'isLinkOnly' | 'emailDomains' | 'claims' | 'groups'
>

/** @param ours the issuer of this server */
export function openProvider(
  { name, label, kind, isLinkOnly, emailDomains, claims, groups }: ProviderSettings,
  ours: string,
  open: (tools: UpstreamTools) => UpstreamProtocol | undefined,
): IdentityProvider | undefined {
  const allowLoopback = ours.startsWith('http:')
  const known = openReachability((work) =>
    inSpan('ask a provider', { kind: 'client', facts: () => ({ 'mobile_gateway.provider': name }) }, work),
  )
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
    wanted: [...claims.map(({ path }) => path), ...(groups.groups.size > 0 ? [groups.path] : [])],
    allowLoopback,
    ownAddress,
  })
  return (
    protocol && {
      name,
      label,
      kind,
      emailDomains,
      claims,
      groups,
      issuer: protocol.issuer,
      endpoint: protocol.askedAt ?? protocol.leadsTo ?? protocol.issuer,
      addresses: Object.fromEntries(addressesOf(protocol).map((address) => [address, ownAddress(address)])),
      certificatesEnd: protocol.certificatesEnd ?? [],
      isLinkOnly,
      leadsTo: protocol.leadsTo ?? protocol.issuer,
      ...(protocol.posts && { posts: protocol.posts }),
      ...(protocol.asksHere && { asksHere: protocol.asksHere }),
      ...(protocol.metadata && { metadata: () => protocol.metadata?.() ?? Promise.resolve('') }),
      ...(protocol.revoke && { revoke: (token: string) => protocol.revoke?.(token) ?? Promise.resolve() }),
      ...(protocol.logout && { logout: protocol.logout }),
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
