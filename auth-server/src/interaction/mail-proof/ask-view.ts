// The pages that ask for an e-mail address: to sign up, and for a forgotten password; and the one that says that it cannot be done.
import type { FormBinding } from '../../http/csrf.ts'
import { MAX_EMAIL_LENGTH } from '../../identity/email.ts'
import { hasRouting, type OfferedWays } from '../../identity/federation/offered.ts'
import { button, linkButton, wayLink } from '../../pages/components/button.ts'
import { field } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { signMark } from '../../pages/components/mark.ts'
import { problemNotice } from '../../pages/components/notice.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { VisitPurpose } from '../../store/mail-purpose.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import { appHead, appNameOf } from '../app-looks.ts'
import { denyForm } from '../ended/ways-out.ts'
import { LOGIN } from '../paths.ts'
import { FORGOTTEN, SIGN_UP } from './paths.ts'

const PROBLEM_ID = 'problem'

/** The page of a purpose. */
export const ASK_PAGES = { 'sign-up': SIGN_UP, reset: FORGOTTEN } as const satisfies Record<VisitPurpose, string>

export function askPage({
  pending,
  binding,
  purpose,
  email,
  ways,
  isProblem = false,
}: Readonly<{
  pending: PendingRequest
  binding: FormBinding
  purpose: VisitPurpose
  email: string
  /** Where an address can lead. */
  ways: OfferedWays
  isProblem?: boolean
}>): Page {
  const leading =
    purpose === 'sign-up' && hasRouting(ways)
      ? binding.leadingTo(...ways.providers.map(({ leadsTo }) => leadsTo))
      : binding
  return (texts) => {
    const { title, lead, button: send, other } = texts.mailProof.ask[purpose]
    return {
      title,
      body: html`${appHead(pending)}
<h1>${title}</h1>
<p>${lead(pending.app && appNameOf(pending))}</p>
${isProblem && problemNotice(PROBLEM_ID, texts.signIn.problems.noAddress)}
${form(
  { binding: leading, action: ASK_PAGES[purpose] },
  field({
    kind: 'username',
    name: 'email',
    label: texts.signIn.email,
    maxLength: MAX_EMAIL_LENGTH,
    value: email,
    hasFocus: true,
    problemId: isProblem ? PROBLEM_ID : undefined,
  }),
  button(send),
)}
${wayLink(other, `${binding.path}/${LOGIN}`)}
${denyForm(binding, texts)}`,
    }
  }
}

/** Nobody signs up here, or no mail leaves this server. */
export function notAvailablePage(binding: FormBinding, purpose: VisitPurpose): Page {
  return ({ mailProof: { notAvailable } }) => ({
    title: notAvailable.title,
    body: html`${signMark('warn')}
<h1>${notAvailable.title}</h1>
<p>${notAvailable[purpose]}</p>
${linkButton(notAvailable.back, `${binding.path}/${LOGIN}`)}`,
  })
}
