// The page for e-mail address and password.
import type { FormBinding } from '../../http/csrf.ts'
import { MAX_EMAIL_LENGTH } from '../../identity/email.ts'
import { hasRouting, type OfferedWays } from '../../identity/federation/offered.ts'
import type { Providers } from '../../identity/federation/providers.ts'
import { button, wayLink } from '../../pages/components/button.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { signMark } from '../../pages/components/mark.ts'
import { note, notice, problemNotice } from '../../pages/components/notice.ts'
import { PASSKEYS_FIELD, passkeyForm } from '../../pages/components/passkey-form.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'
import { appHead, appLinks, appNameOf } from '../app-looks.ts'
import { denyForm, opensNote } from '../ended/ways-out.ts'
import { FORGOTTEN, SIGN_UP } from '../mail-proof/paths.ts'
import { providerButtons } from '../provider/view.ts'

/** What was wrong with the password, or with the passkey. */
export type SignInProblem = keyof Texts['signIn']['problems'] | keyof Texts['passkeys']['refused']

const PROBLEM_ID = 'problem'

/** @param email what the e-mail field starts with; the password field has the focus when it is known. */
export function loginPage({
  pending,
  binding,
  email,
  canSignUp,
  providers,
  ways,
  waiting,
  isAnew = false,
  problem,
}: Readonly<{
  pending: PendingRequest
  binding: FormBinding
  email: string
  canSignUp: boolean
  providers: Providers
  ways: OfferedWays
  /** What is linked to the account once its person has signed in. */
  waiting?: Readonly<{ label: string; email: string }> | undefined
  /** They are signed in still, and asked once more. */
  isAnew?: boolean
  problem?: SignInProblem
}>): Page {
  // Both fields point at the problem, which a screen reader then reads with the focused one; we never say which is wrong.
  const problemId = problem && PROBLEM_ID
  const routes = hasRouting(ways)
  return (texts) => ({
    title: problem === undefined ? texts.signIn.title : texts.signIn.titleAfterProblem,
    body: html`${appHead(pending)}
<h1>${texts.signIn.title}</h1>
<p>${pending.app ? texts.signIn.lead(appNameOf(pending)) : texts.signIn.leadToAccount}</p>
${isAnew && !waiting && notice('warn', texts.signIn.anew)}
${waiting && notice('warn', texts.federation.signInToLink(waiting.label, waiting.email))}
${problem && problemNotice(PROBLEM_ID, { ...texts.signIn.problems, ...texts.passkeys.refused }[problem])}
${
  ways.own &&
  form(
    { binding: binding.leadingTo(...ways.providers.flatMap((way) => (routes ? way.leadsTo : []))), action: 'login' },
    field({
      kind: 'username or passkey',
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
      // Whose address leads to a provider has none here.
      isOptional: routes,
      ...(routes && { hint: texts.signIn.passwordIfAny }),
      hasFocus: email !== '',
      problemId,
    }),
    // The script says there whether this browser could make a passkey.
    ...hiddenFields({ [PASSKEYS_FIELD]: '' }),
    button(texts.signIn.button),
  )
}
${
  ways.own &&
  passkeyForm(
    // The browser would only offer again what was just refused.
    {
      binding,
      action: 'login/passkey',
      ceremony: 'get',
      byItself: problem === undefined || problem in texts.signIn.problems,
    },
    texts,
    button(texts.passkeys.signIn, 'quiet'),
  )
}
${providerButtons(providers, ways.providers, binding, texts)}
${ways.own && wayLink(texts.mailProof.offers.reset, `${binding.path}/${FORGOTTEN}`)}
${ways.own && canSignUp && wayLink(texts.mailProof.offers['sign-up'], `${binding.path}/${SIGN_UP}`)}
${denyForm(binding, texts)}
${opensNote(pending, texts)}
${appLinks(pending, texts)}
${pending.app && note(texts.signIn.note)}`,
  })
}

/** Whoever has just shown the password of an account that is being deleted. */
export function leavingPage({ pending, binding }: Readonly<{ pending: PendingRequest; binding: FormBinding }>): Page {
  return (texts) => ({
    title: texts.deletion.leavingTitle,
    body: html`${signMark('warn')}
<h1>${texts.deletion.leavingTitle}</h1>
<p>${texts.deletion.leaving}</p>
${denyForm(binding, texts)}
${opensNote(pending, texts)}`,
  })
}
