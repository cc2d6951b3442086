// The pages of the answers to an API's form.
import type { WrongAnswers } from '../../identity/keep-registration.ts'
import { answerProblems, registrationField } from '../../interaction/registration/fields.ts'
import { accountPage } from '../../pages/components/account-page.ts'
import { actionLink, button } from '../../pages/components/button.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { form } from '../../pages/components/form.ts'
import { problemSummary } from '../../pages/components/notice.ts'
import { type SummaryEntry, summaryList } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { AnsweredForm } from '../../store/tables/registrations.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toSection } from '../sections.ts'

/** A line for each API that has asked. */
export function registrationEntries(asked: readonly AnsweredForm[], { registration }: Texts): readonly SummaryEntry[] {
  return asked.map(({ apiId, apiName }) => ({
    key: registration.key(apiName),
    value: registration.given,
    change: { href: hrefOf(PATHS.registration, { api: apiId }) },
  }))
}

/** Nobody has to say once more how old they are. */
export function changeableFields({ form, answers }: Pick<AnsweredForm, 'form' | 'answers'>) {
  return (form?.fields ?? []).filter(({ type, name }) => type !== 'age-at-least' || !answers[name])
}

/** What the API asks no more, by the names that it had; it goes with the next answers, or when all is withdrawn. */
function formerAnswers({ form, answers }: Pick<AnsweredForm, 'form' | 'answers'>, texts: Texts): Html | undefined {
  const { former, given, no } = texts.registration
  const asked = new Set(form?.fields.map(({ name }) => name))
  const entries = Object.entries(answers)
    .filter(([name]) => !asked.has(name))
    .map(([key, answer]) => ({
      key,
      value: answer === true ? given : answer === false ? no : [answer].flat().join(', '),
    }))
  if (entries.length === 0) return undefined
  return html`<p>${former}</p>
${summaryList(entries, texts)}`
}

/** @param value what a field starts with @param wrong what cannot be kept */
export function registrationPage(
  { frame, binding }: SignedIn,
  { apiId, apiName, form: asked, answers }: AnsweredForm,
  value: (name: string) => string | undefined,
  wrong: WrongAnswers = [],
): Page {
  return (texts) => {
    const problems = answerProblems(wrong, texts)
    const fields = changeableFields({ form: asked, answers }).map((field) =>
      registrationField(field, value, problems, texts),
    )
    const save = button(texts.account.parts.save)
    const content = html`${problemSummary(problems, texts)}
${fields.length > 0 && form({ binding, action: actionOf(PATHS.registration, { api: apiId }) }, ...fields, save)}
${formerAnswers({ form: asked, answers }, texts)}
<p>${actionLink(texts.registration.withdraw, hrefOf(PATHS.registrationWithdraw, { api: apiId }))}</p>`
    const heading = texts.registration.key(apiName)
    return accountPage({ frame, heading, back: toSection('profile', texts), content }, texts)
  }
}

export function withdrawRegistrationPage({ frame, binding }: SignedIn, { apiId, apiName }: AnsweredForm): Page {
  return (texts) => {
    const { withdraw, withdrawTitle, withdrawLead, withdrawEffects } = texts.registration
    const back = hrefOf(PATHS.registration, { api: apiId })
    const confirmation = {
      binding,
      action: actionOf(PATHS.registrationWithdraw, { api: apiId }),
      label: withdraw,
      back,
    }
    const content = html`<p>${withdrawLead}</p>
${dangerForm([...withdrawEffects], confirmation, texts)}`
    const heading = withdrawTitle(apiName)
    return accountPage({ frame, heading, back: { label: texts.registration.key(apiName), href: back }, content }, texts)
  }
}
