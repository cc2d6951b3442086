// The document around a page, in the frame of a visit: a full page on a phone, a card on a desktop, the operator at its foot.
import { type Html, html } from './html.ts'
import type { Language } from './language.ts'
import type { Texts } from './locales/en.ts'
import { type OperatorSettings, operatorFooter } from './operator.ts'
import { STYLE } from './theme.ts'

/** A page in one language. */
export interface PageContent {
  readonly title: string
  readonly body: Html
}

/** A page, to be had in any language. */
export type Page = (texts: Texts) => PageContent

export interface Frame {
  readonly language: Language
  readonly texts: Texts
  readonly operator: OperatorSettings
}

/** The whole document. */
export function renderPage({ title, body }: PageContent, { language, texts, operator }: Frame): Html {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${STYLE}
</head>
<body>
<main>
${body}
</main>
${operatorFooter(operator, texts)}</body>
</html>
`
}
