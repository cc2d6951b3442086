// The pages that add an address: which one, and "check your mail"; the same whoever has the address.
import { MAX_ADDRESSES } from '../../../identity/add-address.ts'
import { MAX_EMAIL_LENGTH } from '../../../identity/email.ts'
import { accountPage } from '../../../pages/components/account-page.ts'
import { button } from '../../../pages/components/button.ts'
import { field, hiddenFields } from '../../../pages/components/field.ts'
import { form } from '../../../pages/components/form.ts'
import { note, problemSummary } from '../../../pages/components/notice.ts'
import { emptyState } from '../../../pages/components/rows.ts'
import type { Page } from '../../../pages/frame.ts'
import { type Html, html } from '../../../pages/html.ts'
import type { Texts } from '../../../pages/locales/en.ts'
import { actionOf, PATHS } from '../../paths.ts'
import type { SignedIn } from '../../route.ts'
import { toAddresses } from './view.ts'

/** Grouped digits may be pasted. */
const MAX_CODE_LENGTH = 20

export type AddProblem = 'noAddress' | keyof Texts['account']['addresses']['problems']

function page({ frame }: SignedIn, heading: string, content: Html, texts: Texts) {
  return accountPage({ frame, heading, back: toAddresses(texts), content }, texts)
}

/** @param again what was typed before, and what is wrong with it */
export function addAddressPage(me: SignedIn, again?: Readonly<{ email: string; problem: AddProblem }>): Page {
  return (texts) => {
    const { addTitle, addLead, problems: words } = texts.account.addresses
    const text =
      again && (again.problem === 'noAddress' ? texts.signIn.problems.noAddress : words[again.problem](MAX_ADDRESSES))
    const problems = text === undefined ? [] : [{ field: 'email', text }]
    const content = html`<p>${addLead}</p>
${problemSummary(problems, texts)}
${form(
  { binding: me.binding, action: actionOf(PATHS.addressAdd, {}) },
  field({
    kind: 'email',
    name: 'email',
    label: texts.signIn.email,
    maxLength: MAX_EMAIL_LENGTH,
    value: again?.email ?? '',
    hasFocus: true,
    problems,
  }),
  button(texts.mailProof.ask.reset.button),
)}`
    return page(me, addTitle, content, texts)
  }
}

/** No mail leaves this server. */
export function cannotAddPage(me: SignedIn): Page {
  return (texts) => {
    const { addTitle, unavailable } = texts.account.addresses
    return page(me, addTitle, emptyState(unavailable), texts)
  }
}

export function checkAddressPage(
  me: SignedIn,
  { address }: Readonly<{ address: string }>,
  problem?: keyof Texts['mailProof']['check']['problems'],
): Page {
  return (texts) => {
    const { check } = texts.mailProof
    const isOver = problem === 'too many'
    const problems = problem === undefined ? [] : [{ field: isOver ? 'again' : 'code', text: check.problems[problem] }]
    const { binding } = me
    const content = html`<p>${texts.account.addresses.checkLead(address)}</p>
${problemSummary(problems, texts)}
${
  !isOver &&
  form(
    { binding, action: actionOf(PATHS.addressCheck, {}) },
    field({
      kind: 'code',
      name: 'code',
      label: check.code,
      hint: check.codeHint,
      maxLength: MAX_CODE_LENGTH,
      hasFocus: true,
      problems,
    }),
    button(check.button),
  )
}
<div id="again">${form({ binding, action: actionOf(PATHS.addressAdd, {}) }, ...hiddenFields({ email: address }), button(check.again, 'quiet'))}</div>
${note(check.note)}`
    return page(me, check.title, content, texts)
  }
}
