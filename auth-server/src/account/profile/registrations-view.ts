// The pages of the answers to an API's form.
import type { WrongAnswers } from '../../identity/keep-registration.ts'
import { answerProblems, registrationField } from '../../interaction/registration/fields.ts'
import { accountPage } from '../../pages/components/account-page.ts'
import { actionLink, button } from '../../pages/components/button.ts'
import { dangerForm } from '../../pages/components/confirm.ts'
import { form } from '../../pages/components/form.ts'
import { problemSummary } from '../../pages/components/notice.ts'
import type { SummaryEntry } from '../../pages/components/summary.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { AskedForm } from '../../store/tables/registrations.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { SignedIn } from '../route.ts'
import { toSection } from '../sections.ts'

/** A line for each API that has asked. */
export function registrationEntries(asked: readonly AskedForm[], { registration }: Texts): readonly SummaryEntry[] {
  return asked.map(({ apiId, apiName }) => ({
    key: registration.key(apiName),
    value: registration.given,
    change: { href: hrefOf(PATHS.registration, { api: apiId }) },
  }))
}

/** @param value what a field starts with @param wrong what cannot be kept */
export function registrationPage(
  { frame, binding }: SignedIn,
  { apiId, apiName, form: asked, answers }: AskedForm,
  value: (name: string) => string | undefined,
  wrong: WrongAnswers = [],
): Page {
  return (texts) => {
    const problems = answerProblems(wrong, texts)
    const fields = asked.fields
      .filter(({ type, name }) => type !== 'age-at-least' || !answers?.[name])
      .map((field) => registrationField(field, value, problems, texts))
    const content = html`${problemSummary(problems, texts)}
${form({ binding, action: actionOf(PATHS.registration, { api: apiId }) }, ...fields, button(texts.account.parts.save))}
<p>${actionLink(texts.registration.withdraw, hrefOf(PATHS.registrationWithdraw, { api: apiId }))}</p>`
    const heading = texts.registration.key(apiName)
    return accountPage({ frame, heading, back: toSection('profile', texts), content }, texts)
  }
}

export function withdrawRegistrationPage({ frame, binding }: SignedIn, { apiId, apiName }: AskedForm): Page {
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
