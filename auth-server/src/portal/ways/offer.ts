// Which ways to sign in there are for a page to ask about, and the choice that its form says.
import type { Parameters } from '../../http/parameters.ts'
import type { Providers } from '../../identity/federation/providers.ts'
import { OWN_ACCOUNTS, type SignInOffer } from '../../store/tables/apis.ts'

/** One way, as a form asks about it. */
export interface SignInWay {
  readonly name: string
  /** What people know the provider by; undefined for accounts of this server. */
  readonly label: string | undefined
  /** A choice names it, and the configuration does not any more. */
  readonly isGone: boolean
}

/** Those that can be offered, those that are in their order first. */
export function waysFor({ all }: Providers, offer: SignInOffer | null): readonly SignInWay[] {
  const usable = all.filter(({ isLinkOnly }) => !isLinkOnly)
  const named = offer?.providers ?? []
  const names = [...named, OWN_ACCOUNTS, ...usable.map(({ name }) => name)]
  return [...new Set(names)].map((name) => {
    const provider = usable.find((each) => each.name === name)
    return { name, label: provider?.label, isGone: name !== OWN_ACCOUNTS && !provider }
  })
}

/** What a form says; null: every way. A choice of none is for whoever shows the form to refuse. */
export function offerIn(form: Parameters, ways: readonly SignInWay[]): SignInOffer | null {
  if (form.get('offer') !== 'chosen') return null
  const placed = ways.flatMap(({ name }) => {
    const place = Number(form.get(placeField(name)) ?? '')
    return Number.isSafeInteger(place) && place > 0 ? [{ name, place }] : []
  })
  const providers = placed.toSorted((one, other) => one.place - other.place).map(({ name }) => name)
  const straight = form.get('default') ?? ''
  return { providers, ...(straight !== '' && { default: straight }) }
}

/** The field with the place of a way in the order. */
export function placeField(name: string): string {
  return `place-${name}`
}

/** What is wrong with a choice before anybody is asked about it: nothing chosen, or a default that is not among it. */
export type OfferProblem = 'none' | 'default'

export function problemOf(offer: SignInOffer | null): OfferProblem | undefined {
  if (offer?.providers.length === 0) return 'none'
  return offer?.default !== undefined && !offer.providers.includes(offer.default) ? 'default' : undefined
}
