// The pages of the profile.
import { MAX_NAME_LENGTH } from '../../identity/person-name.ts'
import { accountPage } from '../../pages/components/account-page.ts'
import { button } from '../../pages/components/button.ts'
import { choice } from '../../pages/components/choice.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { problemSummary } from '../../pages/components/notice.ts'
import { summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { isLanguage, LOCALES, nameOfLanguage } from '../../pages/language.ts'
import type { StandardClaims } from '../../store/standard-claims.ts'
import type { Profile } from '../../store/tables/people.ts'
import type { AnsweredForm } from '../../store/tables/registrations.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toOverview, toSection } from '../sections.ts'
import { detailEntries } from './details-view.ts'
import { registrationEntries } from './registrations-view.ts'

export function profilePage(
  { frame, news, session }: SignedIn,
  { name, language, claims }: Profile & Readonly<{ claims: StandardClaims }>,
  registrations: readonly AnsweredForm[],
): Page {
  return (texts) => {
    const { profile, sections, parts } = texts.account
    const spoken = language !== null && isLanguage(language) ? nameOfLanguage(language) : profile.asBrowser
    const entries = [
      {
        key: profile.name,
        value: name ?? undefined,
        change: { href: hrefOf(PATHS.personName, {}), ...(name === null && { label: parts.add }) },
      },
      { key: profile.language, value: spoken, change: { href: hrefOf(PATHS.language, {}) } },
      {
        key: profile.email,
        value: session.email ?? undefined,
        change: { href: hrefOf(PATHS.addresses, {}) },
      },
      ...detailEntries(claims, texts),
      ...registrationEntries(registrations, texts),
    ]
    const content = summaryList(entries, texts)
    return accountPage(
      { frame, heading: sections.profile.title, back: toOverview(texts), notice: news(texts), content },
      texts,
    )
  }
}

export function personNamePage({ frame, binding }: SignedIn, value: string, isRefused = false): Page {
  return (texts) => {
    const { profile, parts } = texts.account
    const problems = isRefused ? [{ field: 'name', text: profile.badName(MAX_NAME_LENGTH) }] : []
    const content = html`${problemSummary(problems, texts)}
${form(
  { binding, action: actionOf(PATHS.personName, {}) },
  field({
    kind: 'name',
    name: 'name',
    label: profile.name,
    hint: profile.nameHint,
    maxLength: MAX_NAME_LENGTH,
    value,
    hasFocus: true,
    isOptional: true,
    problems,
  }),
  button(parts.save),
)}`
    return accountPage({ frame, heading: profile.nameTitle, back: toSection('profile', texts), content }, texts)
  }
}

export function languagePage({ frame, binding }: SignedIn, chosen: string): Page {
  return (texts) => {
    const { profile, parts } = texts.account
    const languages = Object.keys(LOCALES).filter(isLanguage)
    const options = [
      { value: '', label: profile.asBrowser },
      ...languages.map((value) => ({ value, label: nameOfLanguage(value), lang: value })),
    ]
    const content = form(
      { binding, action: actionOf(PATHS.language, {}) },
      choice({ name: 'language', legend: profile.languageLegend, options, chosen }),
      button(parts.save),
    )
    return accountPage({ frame, heading: profile.languageTitle, back: toSection('profile', texts), content }, texts)
  }
}
