// Which ways to sign in an API or an application offers, as the contract tells them, and as somebody sends them.
import type { Deps } from '../deps.ts'
import { OWN_ACCOUNTS, type SignInOffer } from '../store/tables/apis.ts'
import { invalid } from './refusals.ts'

export function showSignIn(offer: SignInOffer | null) {
  if (offer === null) return null
  const { providers, default: straight } = offer
  return { providers: [...providers], ...(straight !== undefined && { default: straight }) }
}

/**
 * @param before what was offered so far, of which a provider may have left the configuration meanwhile
 * @throws {HttpProblem} 400 for a provider that is not configured: nobody could come by it
 */
export function requireKnownWays(
  { providers }: Pick<Deps, 'providers'>,
  offer: SignInOffer | null | undefined,
  before: SignInOffer | null = null,
): void {
  for (const name of offer?.providers ?? [])
    if (name !== OWN_ACCOUNTS && !before?.providers.includes(name) && !providers.find(name))
      throw invalid('no_provider', name)
}
