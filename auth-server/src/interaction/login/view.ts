// The page for e-mail address and password.
import type { FormBinding } from '../../http/csrf.ts'
import { MAX_EMAIL_LENGTH } from '../../identity/email.ts'
import { button, wayLink } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { appMark } from '../../pages/components/mark.ts'
import { note, problemNotice } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import { denyForm, opensNote } from '../ended/ways-out.ts'
import { FORGOTTEN, SIGN_UP } from '../mail-proof/paths.ts'

export type SignInProblem = keyof Texts['signIn']['problems']

const PROBLEM_ID = 'problem'

/** @param email what the e-mail field starts with; the password field has the focus when it is known. */
export function loginPage({
  pending,
  binding,
  email,
  canSignUp,
  problem,
}: Readonly<{
  pending: PendingRequest
  binding: FormBinding
  email: string
  canSignUp: boolean
  problem?: SignInProblem
}>): Page {
  // Both fields point at the problem, which a screen reader then reads with the focused one; we never say which is wrong.
  const problemId = problem && PROBLEM_ID
  return (texts) => ({
    title: problem === undefined ? texts.signIn.title : texts.signIn.titleAfterProblem,
    body: html`${pending.app && appMark(pending.app.name)}
<h1>${texts.signIn.title}</h1>
<p>${pending.app ? texts.signIn.lead(pending.app.name) : texts.signIn.leadToAccount}</p>
${problem && problemNotice(PROBLEM_ID, texts.signIn.problems[problem])}
${form(
  { binding, action: 'login' },
  field({
    kind: 'username',
    name: 'email',
    label: texts.signIn.email,
    maxLength: MAX_EMAIL_LENGTH,
    value: email,
    hasFocus: email === '',
    problemId,
  }),
  field({
    kind: 'password',
    name: 'password',
    label: texts.signIn.password,
    maxLength: 1024,
    hasFocus: email !== '',
    problemId,
  }),
  button(texts.signIn.button),
)}
${wayLink(texts.mailProof.offers.reset, `${binding.path}/${FORGOTTEN}`)}
${canSignUp && wayLink(texts.mailProof.offers['sign-up'], `${binding.path}/${SIGN_UP}`)}
${denyForm(binding, texts)}
${opensNote(pending, texts)}
${pending.app && note(texts.signIn.note)}`,
  })
}
