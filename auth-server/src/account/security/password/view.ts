// The page on which a new password is chosen.
import { MIN_PASSWORD_LENGTH, type PasswordProblem } from '../../../identity/password-rules.ts'
import { fixedAddress, newPasswordField } from '../../../interaction/mail-proof/password-view.ts'
import { accountPage } from '../../../pages/components/account-page.ts'
import { button } from '../../../pages/components/button.ts'
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
  session.email === null ? html`` : fixedAddress(texts, session.email),
  newPasswordField(texts, { problems }),
  button(password.save),
)}`
    return accountPage(
      { frame, heading: password.changeTitle, back: toSection('security', texts), notice: news(texts), content },
      texts,
    )
  }
}
