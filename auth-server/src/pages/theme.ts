// The stylesheet of every page, read once and named by its hash in the content security policy.
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

export const THEME = compact(readFileSync(join(import.meta.dirname, 'theme.css'), 'utf8'))
/** As a source expression (CSP3 §2.3.1). */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(THEME).digest('base64')}'`
export const STYLE = Html.style(THEME)
