// The frame of a person's own pages: above them the operator's mark, which leads to the overview, the person, and the way out.
import type { FormBinding } from '../http/csrf.ts'
import { button } from './components/button.ts'
import { form } from './components/form.ts'
import { type Html, html } from './html.ts'
import type { Texts } from './locales/en.ts'
import { type OperatorSettings, operatorMark } from './operator.ts'

/** Whose pages these are. */
export interface AccountFrame {
  /** What the account is called: an address, a name. */
  readonly accountName: string
  /** Where the overview is. */
  readonly home: string
  /** The form that signs out. */
  readonly signOut: Readonly<{ binding: FormBinding; action: string }>
}

export function inAccountFrame(
  main: Html,
  { accountName, home, signOut }: AccountFrame,
  { texts, operator }: Readonly<{ texts: Texts; operator: OperatorSettings }>,
): Html {
  const { account } = texts
  return html`<header>
<a class="home" href="${home}">${operatorMark(operator) ?? account.title}</a>
<p class="person">${account.signedInAs(accountName)}</p>
${form(signOut, button(texts.signOut.button, 'plain'))}
</header>
${main}`
}
