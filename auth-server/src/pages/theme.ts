// The stylesheets of the frames, read once and named by their hashes in the content security policies.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Html } from './html.ts'

/** Without comments, indentation and the spaces that only people need. It relies on one declaration a line, as Biome formats. */
export function compact(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^([\w-]+): /, '$1:')
        .replace(/ \{$/, '{'),
    )
    .join('')
    .replace(/;\}/g, '}')
}

/** The stylesheet of a page. */
export interface Style {
  readonly css: string
  /** As a source expression (CSP3 §2.3.1). */
  readonly source: string
  readonly element: Html
}

function style(...files: readonly string[]): Style {
  return styleFrom(compact(files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('')))
}

export function styleFrom(css: string): Style {
  return {
    css,
    source: `'sha256-${createHash('sha256').update(css).digest('base64')}'`,
    element: Html.style(css),
  }
}

export const CARD_STYLE: Style = style('theme.css', 'card.css')
export const ACCOUNT_STYLE: Style = style('theme.css', 'account.css')
export const PORTAL_STYLE: Style = style('theme.css', 'account.css', 'portal.css', 'try.css', 'help.css')
export const WIDE_STYLE: Style = style('theme.css', 'account.css', 'try.css')
export const REFERENCE_STYLE: Style = style('theme.css', 'reference.css')
