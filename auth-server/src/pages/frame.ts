// The document around a page: the frame that the page asks for, and the operator at its foot.
import { type AccountFrame, inAccountFrame } from './account-frame.ts'
import { brandCss } from './brand-color.ts'
import { type Html, html } from './html.ts'
import type { Language } from './language.ts'
import type { Texts } from './locales/en.ts'
import { type OperatorSettings, operatorFooter, operatorMark, operatorNameOf } from './operator.ts'
import { inPortalFrame, type PortalFrame } from './portal-frame.ts'

import { ACCOUNT_STYLE, CARD_STYLE, PORTAL_STYLE, REFERENCE_STYLE, type Style, styleFrom, WIDE_STYLE } from './theme.ts'

/** A page in one language. */
export interface PageContent {
  readonly title: string
  /** All of main. */
  readonly body: Html
  /**
   * What stands around it: a person's account, the developer portal, or room alone, for something to look things up in as well; of a page without
   * one, the card of a visit.
   */
  readonly frame?: AccountFrame | PortalFrame | 'wide' | 'reference'
}

/** A page, to be had in any language. */
export type Page = (texts: Texts) => PageContent

export interface Frame {
  readonly language: Language
  readonly texts: Texts
  readonly operator: OperatorSettings
}

/** A whole document, and what its policy has to know. */
export interface PageDocument {
  readonly html: Html
  readonly styles: readonly Style[]
  /** Whether it shows an image from our own origin. */
  readonly hasImage: boolean
}

/** The whole document. */
export function renderPage({ title, body, frame }: PageContent, { language, texts, operator }: Frame): PageDocument {
  const style = styleOf(frame)
  const main = html`<main>
${body}
</main>`
  const framed =
    frame === 'wide' || frame === 'reference'
      ? html`<header><p class="home">${operatorMark(operator) ?? operatorNameOf(operator)}</p></header>
${main}`
      : frame
        ? 'navigation' in frame
          ? inPortalFrame(main, frame, { texts, operator })
          : inAccountFrame(main, frame, { texts, operator })
        : main
  const scripts = [...new Set(framed.needs.scripts)]
  const [brand] = framed.needs.brands
  // An app's colour is for the pages where people decide about it.
  const color = frame === undefined ? brand?.color : undefined
  const styles = color ? [style, styleFrom(brandCss(color))] : [style]
  const document = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${styles.map(({ element }) => element)}
${scripts.map(({ path }) => html`<script type="module" src="${path}"></script>\n`)}</head>
<body>
${framed}
${operatorFooter(operator, texts)}</body>
</html>
`
  return { html: document, styles, hasImage: brand?.hasImage ?? false }
}

function styleOf(frame: PageContent['frame']): Style {
  if (frame === undefined) return CARD_STYLE
  if (frame === 'reference') return REFERENCE_STYLE
  if (frame === 'wide') return WIDE_STYLE
  return 'navigation' in frame ? PORTAL_STYLE : ACCOUNT_STYLE
}
