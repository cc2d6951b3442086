// Pieces of Markdown: tables and code spans with what would break them escaped.

/** A table; what stands in the cells may have code spans, everything else is plain text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

function cell(text: string): string {
  // Between code spans `<` would begin an HTML element.
  const parts = text.split(/(`[^`]*`)/).map((part, index) => (index % 2 ? part : part.replaceAll('<', '&lt;')))
  return parts
    .join('')
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
}

/** A code span. */
export function code(text: string): string {
  return `\`${text}\``
}

/** Says at the top of a file that it is made by `npm run docs`. */
export function generatedFrom(source: string): string {
  return `<!-- Generated from ${source} by \`npm run docs\`: change it there. -->`
}
