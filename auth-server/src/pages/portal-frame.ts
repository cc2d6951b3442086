// The frame of the developer portal: its sections (a menu on a phone, a column on a desktop), the person, and the way out.
import type { FormBinding } from '../http/csrf.ts'
import { button } from './components/button.ts'
import { form } from './components/form.ts'
import { type Html, html } from './html.ts'
import type { Texts } from './locales/en.ts'
import { type OperatorSettings, operatorMark } from './operator.ts'

/** A section of the portal, as its texts name it. */
export type PortalSection = keyof Texts['portal']['sections']

export interface PortalEntry {
  readonly name: PortalSection
  readonly href: string
  readonly isCurrent: boolean
}

/** Whose pages these are, and what there is for them. */
export interface PortalFrame {
  readonly accountName: string
  /** Where their account is. */
  readonly account: string
  /** Where the overview is. */
  readonly home: string
  /** The form that signs out. */
  readonly signOut: Readonly<{ binding: FormBinding; action: string }>
  readonly navigation: readonly PortalEntry[]
}

export function inPortalFrame(
  main: Html,
  frame: PortalFrame,
  { texts, operator }: Readonly<{ texts: Texts; operator: OperatorSettings }>,
): Html {
  const { portal, account, signOut } = texts
  const { navigation } = frame
  const navigate = () => html`<nav aria-label="${portal.parts.navigation}">${sections(navigation, texts)}</nav>\n`
  return html`<header>
<a class="home" href="${frame.home}">${operatorMark(operator) ?? portal.title}</a>
<p class="person"><a href="${frame.account}">${account.signedInAs(frame.accountName)}</a></p>
${form(frame.signOut, button(signOut.button, 'plain'))}
${
  navigation.length > 0 &&
  html`<details class="menu"><summary>${portal.parts.menu}</summary>
${navigate()}</details>
`
}</header>
<div class="site">
${navigation.length > 0 && html`<div class="side">${navigate()}</div>\n`}${main}
</div>`
}

/** Administration stands by itself, below a rule. */
function sections(entries: readonly PortalEntry[], texts: Texts): readonly Html[] {
  const [own, others] = [
    entries.filter(({ name }) => name !== 'administration'),
    entries.filter(({ name }) => name === 'administration'),
  ]
  return [own, others].flatMap((list) => (list.length > 0 ? sectionList(list, texts) : []))
}

function sectionList(entries: readonly PortalEntry[], { portal }: Texts): Html {
  return html`<ul class="sections">
${entries.map(
  ({ name, href, isCurrent }) =>
    html`<li><a href="${href}"${isCurrent && html` aria-current="true"`}>${portal.sections[name].title}</a></li>\n`,
)}</ul>
`
}
