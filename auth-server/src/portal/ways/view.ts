// Ways to sign in on a page: what people are offered, in which order, and the form that changes it.

import type { FormBinding } from '../../http/csrf.ts'
import { HttpProblem } from '../../http/problem.ts'
import { hasRouting, type OfferedWays } from '../../identity/federation/offered.ts'
import { button } from '../../pages/components/button.ts'
import { choice } from '../../pages/components/choice.ts'
import { hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { list } from '../../pages/components/list.ts'
import { refusedNotice, wrongNotice } from '../../pages/components/refused.ts'
import { select } from '../../pages/components/select.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { OWN_ACCOUNTS, type SignInOffer } from '../../store/tables/apis.ts'
import { type OfferProblem, placeField, type SignInWay } from './offer.ts'

/** A choice in one line; what names it is what people know it by. */
export function offerInWords(
  offer: SignInOffer | null,
  ways: readonly SignInWay[],
  every: string,
  texts: Texts,
): string {
  if (offer === null) return every
  const { portalWays } = texts
  const names = offer.providers
    .map((name) =>
      wayInWords(
        ways.find((way) => way.name === name),
        name,
        texts,
      ),
    )
    .join(', ')
  const straight = ways.find(({ name }) => name === offer.default)
  return straight ? portalWays.withDefault(names, wayInWords(straight, straight.name, texts)) : names
}

function wayInWords(way: SignInWay | undefined, name: string, { portalWays }: Texts): string {
  if (name === OWN_ACCOUNTS) return portalWays.own
  return way?.label ?? portalWays.gone(name)
}

/** What a sign-in shows: each way in its order, whom an address leads there, and where people are led at once. */
export function offeredList(ways: OfferedWays, { portalWays }: Texts): Html {
  const ofProviders = ways.providers.map(({ label, name, emailDomains }) => {
    const domains = emailDomains.filter((domain) => domain !== '*')
    const more = [
      ...(ways.straight?.name === name ? [portalWays.straight] : []),
      ...(hasRouting(ways) && domains.length > 0 ? [portalWays.routed(domains.join(', '))] : []),
    ]
    return more.length > 0 ? `${label}: ${more.join('; ')}` : label
  })
  const all = [...(ways.own ? [portalWays.own] : []), ...ofProviders]
  return all.length > 0 ? list(all) : html`<p>${portalWays.nobody}</p>`
}

export interface OfferForm {
  readonly binding: FormBinding
  readonly action: string
  readonly etag: string
  readonly ways: readonly SignInWay[]
  readonly offer: SignInOffer | null
  /** What it is called to choose nothing. */
  readonly every: string
}

export function offerForm({ binding, action, etag, ways, offer, every }: OfferForm, texts: Texts): Html {
  const { portalWays } = texts
  const places = ways.map((_, index) => ({ value: String(index + 1), label: portalWays.place(index + 1) }))
  return form(
    { binding, action },
    ...hiddenFields({ etag }),
    choice({
      name: 'offer',
      legend: portalWays.legend,
      options: [
        { value: 'every', label: every },
        { value: 'chosen', label: portalWays.chosen },
      ],
      chosen: offer === null ? 'every' : 'chosen',
    }),
    ...ways.map((way) =>
      select({
        name: placeField(way.name),
        label: wayInWords(way, way.name, texts),
        options: [{ value: '', label: portalWays.notOffered }, ...places],
        value: String((offer?.providers.indexOf(way.name) ?? -1) + 1 || ''),
        isOptional: true,
      }),
    ),
    select({
      name: 'default',
      label: portalWays.default,
      hint: portalWays.defaultHint,
      options: [
        { value: '', label: portalWays.noDefault },
        ...ways
          .filter(({ name }) => name !== OWN_ACCOUNTS)
          .map((way) => ({ value: way.name, label: wayInWords(way, way.name, texts) })),
      ],
      value: offer?.default ?? '',
      isOptional: true,
    }),
    button(texts.portalApplications.save),
  )
}

/** Above the form. */
export function offerNotice(problem: HttpProblem | OfferProblem, texts: Texts): Html {
  if (problem instanceof HttpProblem) return refusedNotice(problem, texts)
  return wrongNotice(texts.portalWays.problems[problem], texts, {
    field: problem === 'default' ? 'default' : undefined,
  })
}
