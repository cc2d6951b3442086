// The page with the questions of an API.
import type { RegistrationField } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import type { FormBinding } from '../../http/csrf.ts'
import type { WrongAnswers } from '../../identity/keep-registration.ts'
import { button } from '../../pages/components/button.ts'
import { form } from '../../pages/components/form.ts'
import { problemSummary } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import { appHead } from '../app-looks.ts'
import { denyForm } from '../ended/ways-out.ts'
import { answerProblems, registrationField } from './fields.ts'

/** @param value what a field starts with @param wrong what cannot be kept */
export function registrationPage({
  pending,
  binding,
  fields,
  value,
  wrong = [],
}: Readonly<{
  pending: PendingAppVisit
  binding: FormBinding
  fields: readonly RegistrationField[]
  value: (name: string) => string | undefined
  wrong?: WrongAnswers
}>): Page {
  return (texts) => {
    const { title, lead } = texts.registration
    const { apiName } = pending.app
    const problems = answerProblems(wrong, texts)
    return {
      title: title(apiName),
      body: html`${appHead(pending)}
<h1>${title(apiName)}</h1>
<p>${lead(apiName)}</p>
${problemSummary(problems, texts)}
${form(
  { binding, action: 'registration' },
  ...fields.map((field) => registrationField(field, value, problems, texts)),
  button(texts.account.parts.save),
)}
${denyForm(binding, texts)}`,
    }
  }
}
