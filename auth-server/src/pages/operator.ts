// Whose server this is, at the foot of every page: name or logo, and the links that people look for there.
import { type Html, html } from './html.ts'
import type { Texts } from './locales/en.ts'

export interface OperatorLogo {
  /** An https address, or the image itself as a data: URL. */
  readonly address: string
  /** Where it comes from, as a source expression of a content security policy. */
  readonly source: string
}

/** As the settings have it. */
export interface OperatorSettings {
  readonly issuer: string
  readonly operatorName: string | undefined
  readonly operatorLogo: OperatorLogo | undefined
  readonly operatorHelpUrl: string | undefined
  readonly operatorPrivacyUrl: string | undefined
  readonly operatorTermsUrl: string | undefined
}

/** What the operator is called: by name, or like the server. */
export function operatorNameOf({ issuer, operatorName }: Pick<OperatorSettings, 'issuer' | 'operatorName'>): string {
  return operatorName ?? new URL(issuer).host
}

/** The operator's logo, else name; undefined for one of whom nothing is known. */
export function operatorMark(operator: OperatorSettings): Html | string | undefined {
  const { operatorName, operatorLogo } = operator
  return operatorLogo ? html`<img src="${operatorLogo.address}" alt="${operatorNameOf(operator)}">` : operatorName
}

/** The foot of a page; nothing for an operator of whom nothing is known. */
export function operatorFooter(operator: OperatorSettings, texts: Texts): Html | undefined {
  const links = [
    [texts.operator.help, operator.operatorHelpUrl],
    [texts.operator.privacy, operator.operatorPrivacyUrl],
    [texts.operator.terms, operator.operatorTermsUrl],
  ] as const
  const shown = links.flatMap(([label, href]) => (href === undefined ? [] : link(label, href)))
  const mark = operatorMark(operator)
  if (mark === undefined && shown.length === 0) return undefined
  return html`<footer>
${mark !== undefined && html`<p>${mark}</p>\n`}${shown}</footer>
`
}

// A page opens in a tab of its own, so that what was typed into a form stays; a mail opens none.
function link(label: string, href: string): Html {
  const inNewTab = !href.startsWith('mailto:') && html` target="_blank" rel="noopener"`
  return html`<a href="${href}"${inNewTab}>${label}</a>\n`
}
