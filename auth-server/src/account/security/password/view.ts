// The page on which a new password is chosen.
import { MAX_EMAIL_LENGTH } from '../../../identity/email.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, type PasswordProblem } from '../../../identity/password-rules.ts'
import { accountPage } from '../../../pages/components/account-page.ts'
import { button } from '../../../pages/components/button.ts'
import { field } from '../../../pages/components/field.ts'
import { form } from '../../../pages/components/form.ts'
import { problemSummary } from '../../../pages/components/notice.ts'
import type { Page } from '../../../pages/frame.ts'
import { html } from '../../../pages/html.ts'
import { actionOf, PATHS } from '../../paths.ts'
import type { SignedIn } from '../../route.ts'
import { toSection } from '../../sections.ts'

export function passwordPage({ frame, binding, session, news }: SignedIn, problem?: PasswordProblem): Page {
  return (texts) => {
    const { password } = texts.account
    const { choose } = texts.mailProof
    const problems = problem ? [{ field: 'password', text: choose.problems[problem](MIN_PASSWORD_LENGTH) }] : []
    const content = html`<p>${password.lead}</p>
${problemSummary(problems, texts)}
${form(
  { binding, action: actionOf(PATHS.password, {}) },
  // A password manager keeps the two together.
  session.email === null
    ? html``
    : field({
        kind: 'username',
        name: 'email',
        label: choose.email,
        maxLength: MAX_EMAIL_LENGTH,
        value: session.email,
        isFixed: true,
      }),
  field({
    kind: 'new password',
    name: 'password',
    label: choose.password,
    hint: choose.hint(MIN_PASSWORD_LENGTH),
    maxLength: MAX_PASSWORD_LENGTH * 4,
    hasFocus: true,
    problems,
  }),
  button(password.save),
)}`
    return accountPage(
      { frame, heading: password.changeTitle, back: toSection('security', texts), notice: news(texts), content },
      texts,
    )
  }
}
