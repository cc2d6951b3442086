// The page on which a password is chosen, once the address is proven; and the fields of every form that chooses one.
import type { FormBinding } from '../../http/csrf.ts'
import type { ChosenPassword } from '../../identity/choose-password.ts'
import { MAX_EMAIL_LENGTH } from '../../identity/email.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, type PasswordProblem } from '../../identity/password-rules.ts'
import { MAX_NAME_LENGTH } from '../../identity/person-name.ts'
import { button } from '../../pages/components/button.ts'
import { type FormField, field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { appMark } from '../../pages/components/mark.ts'
import { note, problemNotice } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { NEW_PASSWORD } from './paths.ts'

const PROBLEM_ID = 'problem'

/** Whose password, in which browser. */
export interface NewPassword extends Pick<ChosenPassword, 'proof' | 'app' | 'deviceJkt'> {
  readonly binding: FormBinding
}

/** The address that a new password goes with, since a password manager keeps the two together. */
export function fixedAddress({ mailProof: { choose } }: Texts, address: string): Html {
  const maxLength = MAX_EMAIL_LENGTH
  return field({ kind: 'username', name: 'email', label: choose.email, maxLength, value: address, isFixed: true })
}

/** @param problem what is wrong with the one that was sent before, in the notation of the page that it is on */
export function newPasswordField(
  { mailProof: { choose } }: Texts,
  problem: Pick<FormField, 'problemId' | 'problems'>,
): Html {
  return field({
    kind: 'new password',
    name: 'password',
    label: choose.password,
    hint: choose.hint(MIN_PASSWORD_LENGTH),
    maxLength: MAX_PASSWORD_LENGTH * 4,
    hasFocus: true,
    ...problem,
  })
}

/** @param again what was typed before, and what is wrong with its password */
export function newPasswordPage(
  { binding, proof: { purpose, address }, app }: NewPassword,
  { name = '', problem }: Readonly<{ name?: string | undefined; problem?: PasswordProblem }> = {},
): Page {
  return (texts) => {
    const { choose } = texts.mailProof
    return {
      title: choose[purpose].title,
      body: html`${app && appMark(app.name)}
<h1>${choose[purpose].title}</h1>
<p>${choose.lead(address)}</p>
${problem && problemNotice(PROBLEM_ID, choose.problems[problem](MIN_PASSWORD_LENGTH))}
${form(
  { binding, action: NEW_PASSWORD },
  fixedAddress(texts, address),
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
  newPasswordField(texts, { problemId: problem && PROBLEM_ID }),
  button(choose[purpose].button),
)}
${purpose === 'reset' && note(choose.resetNote)}`,
    }
  }
}
