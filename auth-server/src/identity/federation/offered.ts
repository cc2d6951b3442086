// Which ways to sign in a visit offers: those of its API, as far as its application leaves them. Pure.
import { OWN_ACCOUNTS, type SignInOffer } from '../../store/tables/apis.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import type { Session } from '../../store/tables/sessions.ts'
import type { IdentityProvider, Providers } from './providers.ts'

export interface OfferedWays {
  /** Every way that there is: nobody has chosen. */
  readonly isAll: boolean
  /** Whether accounts of this server are one, by password or passkey. */
  readonly own: boolean
  /** In the order in which they are offered. */
  readonly providers: readonly IdentityProvider[]
  /** Where a sign-in leads at once, without a page. */
  readonly straight: IdentityProvider | undefined
}

/** What an API and an application say of it; null where one says nothing. */
export interface SignInChoice {
  readonly api: SignInOffer | null
  readonly application: SignInOffer | null
}

/**
 * The application narrows what the API offers, and never widens it. A provider that is configured no more is left out: what
 * remains may be nothing, and then nobody gets in.
 * @param idp the way that the request hints at
 */
export function offeredWays(providers: Providers, { api, application }: SignInChoice, idp?: string): OfferedWays {
  // Whoever names a link-only one in a choice gets none by it, either.
  const usable = providers.all.filter(({ isLinkOnly }) => !isLinkOnly)
  const every = [OWN_ACCOUNTS, ...usable.map(({ name }) => name)]
  const ofApi = api?.providers ?? every
  const names = application?.providers.filter((name) => ofApi.includes(name)) ?? ofApi
  const offered = names.flatMap((name) => usable.find((provider) => provider.name === name) ?? [])
  const wished = [idp, application?.default, api?.default].find((name) => name !== undefined && names.includes(name))
  return {
    isAll: api === null && application === null,
    own: names.includes(OWN_ACCOUNTS),
    providers: offered,
    straight: wished === undefined ? undefined : offered.find(({ name }) => name === wished),
  }
}

/** Those of a visit; a page of this server offers all. */
export function waysOf(providers: Providers, { app, request }: Pick<PendingRequest, 'app' | 'request'>): OfferedWays {
  const idp = 'idp' in request ? request.idp : undefined
  return offeredWays(providers, app?.signIn ?? { api: null, application: null }, idp)
}

/** Whether a session was opened in one of these ways. */
export function isOffered(ways: OfferedWays, { issuer, amr }: Pick<Session, 'issuer' | 'amr'>): boolean {
  if (ways.isAll) return true
  if (issuer !== null) return ways.providers.some((provider) => provider.issuer === issuer)
  // By a provider, and older than the note of which.
  return ways.own && !amr.includes('fed')
}

/** The provider that is named for the domain of an address; whether there is an account plays no part. */
export function routedBy({ providers }: OfferedWays, emailKey: string | undefined): IdentityProvider | undefined {
  if (emailKey === undefined) return undefined
  const domain = emailKey.slice(emailKey.lastIndexOf('@') + 1)
  return providers.find(({ emailDomains }) => emailDomains.includes(domain))
}

/** Whether an address can lead to a provider at all. */
export function hasRouting({ providers }: OfferedWays): boolean {
  return providers.some(({ emailDomains }) => emailDomains.some((domain) => domain !== '*'))
}
