// A page of administration: its heading, the way back to the section above it, and the way to the next part of a list.
import { wayLink } from '../../pages/components/button.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'

interface AdministrationPage {
  readonly heading: string
  readonly content: Html
  readonly back?: Readonly<{ label: string; href: string }>
  /** What is wrong with the form; else what has just happened. */
  readonly problem?: Html | undefined
}

/** @param make what the page has, in the language of who asks */
export function administrationPage({ frame, news }: PortalPerson, make: (texts: Texts) => AdministrationPage): Page {
  return (texts) => {
    const { heading, content, problem, back } = make(texts)
    const up = { label: texts.administration.title, href: hrefOf(PATHS.administration, {}) }
    return portalPage({ frame, heading, back: back ?? up, notice: problem ?? news(texts), content }, texts)
  }
}

/** The way to the next part of a list, where there is one. */
export function nextPart(
  path: string,
  filter: Readonly<Record<string, string>>,
  next: string | null,
  { administration }: Texts,
): Html {
  if (next === null) return html``
  return wayLink(administration.more, `${path}?${new URLSearchParams({ ...filter, cursor: next })}`)
}
