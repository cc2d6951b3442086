// The page on which a password is chosen, once the address is proven.
import type { FormBinding } from '../../http/csrf.ts'
import { MAX_EMAIL_LENGTH } from '../../identity/email.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, type PasswordProblem } from '../../identity/password-rules.ts'
import { button } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { appMark } from '../../pages/components/mark.ts'
import { note, problemNotice } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { ProvenAddress } from '../../store/queries/address-proofs.ts'
import { NEW_PASSWORD } from './paths.ts'

export const MAX_NAME_LENGTH = 80
const PROBLEM_ID = 'problem'

export function newPasswordPage({
  binding,
  proof: { purpose, address },
  appName,
  name,
  problem,
}: Readonly<{
  binding: FormBinding
  proof: ProvenAddress
  appName: string | undefined
  /** As it was typed. */
  name: string
  problem?: PasswordProblem | undefined
}>): Page {
  return ({ mailProof: { choose } }) => ({
    title: choose[purpose].title,
    body: html`${appName !== undefined && appMark(appName)}
<h1>${choose[purpose].title}</h1>
<p>${choose.lead(address)}</p>
${problem && problemNotice(PROBLEM_ID, choose.problems[problem](MIN_PASSWORD_LENGTH))}
${form(
  { binding, action: NEW_PASSWORD },
  // A password manager keeps the two together.
  field({
    kind: 'username',
    name: 'email',
    label: choose.email,
    maxLength: MAX_EMAIL_LENGTH,
    value: address,
    isFixed: true,
  }),
  purpose === 'sign-up'
    ? field({
        kind: 'name',
        name: 'name',
        label: choose.name,
        maxLength: MAX_NAME_LENGTH,
        value: name,
        isOptional: true,
      })
    : html``,
  field({
    kind: 'new password',
    name: 'password',
    label: choose.password,
    hint: choose.hint(MIN_PASSWORD_LENGTH),
    maxLength: MAX_PASSWORD_LENGTH * 4,
    hasFocus: true,
    problemId: problem && PROBLEM_ID,
  }),
  button(choose[purpose].button),
)}
${purpose === 'reset' && note(choose.resetNote)}`,
  })
}
