// The pages of what people say of themselves, and what of it stands on the page of the profile.
import { COUNTRIES, ZONES } from '../../identity/claim-kinds.ts'
import { CLAIM_FIELDS, type ClaimFieldName, claimTexts } from '../../identity/standard-claims.ts'
import { claimField, countryName } from '../../pages/claim-field.ts'
import { accountPage } from '../../pages/components/account-page.ts'
import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { problemSummary } from '../../pages/components/notice.ts'
import type { SummaryEntry } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { StandardClaims } from '../../store/standard-claims.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toSection } from '../sections.ts'
import { DETAIL_GROUPS, isDetailGroup } from './details.ts'

const CHOICES = { zone: ZONES, country: COUNTRIES }

/** A line for each group, with all that stands in it. */
export function detailEntries(claims: StandardClaims, texts: Texts): readonly SummaryEntry[] {
  const said = claimTexts(claims)
  return Object.keys(DETAIL_GROUPS)
    .filter(isDetailGroup)
    .map((group) => {
      const values = DETAIL_GROUPS[group].flatMap((name) => shown(name, said.get(name), texts))
      const { key } = texts.claims.groups[group]
      const change = { href: hrefOf(PATHS.profileDetails, { group }) }
      if (values.length === 0) return { key, change: { ...change, label: texts.account.parts.add } }
      const note = group === 'phone' && html` <small>${texts.claims.unproven}</small>`
      return { key, value: html`${values.join(', ')}${note}`, change }
    })
}

function shown(name: ClaimFieldName, text: string | undefined, { language }: Texts): readonly string[] {
  if (text === undefined) return []
  if (name === 'address.country') return [countryName(text, language)]
  if (name === 'birthdate')
    return [new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(text))]
  return text.split('\n')
}

/** @param values by field, as they stand or were typed @param wrong fields that cannot be kept */
export function detailsPage(
  { frame, binding }: SignedIn,
  group: keyof typeof DETAIL_GROUPS,
  values: ReadonlyMap<string, string>,
  wrong: readonly ClaimFieldName[] = [],
): Page {
  return (texts) => {
    const { claims, account } = texts
    const problems = wrong.map((name) => {
      const { kind, maxLength } = CLAIM_FIELDS[name]
      return { field: name, text: claims.problems[kind](claims.labels[name], maxLength) }
    })
    const fields = DETAIL_GROUPS[group].map((name) =>
      claimField(
        { name, label: claims.labels[name], value: values.get(name) ?? '', ...CLAIM_FIELDS[name] },
        { problems, isOptional: true },
        CHOICES,
        texts,
      ),
    )
    const content = html`${problemSummary(problems, texts)}
<p>${claims.whoSees}</p>
${form({ binding, action: actionOf(PATHS.profileDetails, { group }) }, ...fields, button(account.parts.save))}`
    return accountPage(
      { frame, heading: claims.groups[group].title, back: toSection('profile', texts), content },
      texts,
    )
  }
}
