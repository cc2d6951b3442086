// How commands tell what was answered: tables and facts for people, tabs for pipes, JSON for programs.

/** What is told of an answer. */
export interface Told {
  readonly json: unknown
  readonly text: string
  /** For whoever watches, not for whoever reads what is told. */
  readonly remark?: string
  /** Where something of it did not go well; 0 without it. */
  readonly exitCode?: number
}

/** A value on one line; of what is in a list, its name. */
export function wordOf(value: unknown): string {
  if (value === null || value === undefined) return '-'
  const name = membersOf(value).get('name')
  const text = Array.isArray(value)
    ? value.map(wordOf).join(' ')
    : typeof value !== 'object'
      ? String(value)
      : name === undefined
        ? JSON.stringify(value)
        : String(name)
  // Whoever chose a name chose nothing of the terminal that it is shown on.
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
}

function membersOf(item: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof item === 'object' && item !== null ? Object.entries(item) : [])
}

/** A row for each item: aligned under headings at a terminal, with tabs and nothing else in a pipe. */
export function table(items: readonly unknown[], columns: readonly string[], isTerminal: boolean): string {
  const rows = items.map((item) => columns.map((column) => wordOf(membersOf(item).get(column))))
  if (!isTerminal) return rows.map((row) => row.join('\t')).join('\n')
  const all = [columns.map((column) => column.toUpperCase().replaceAll('_', ' ')), ...rows]
  const widths = columns.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((word, index) => word.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Name and value, one per line; at a terminal what is a phrase in a list has a line of its own. */
export function facts(item: unknown, isTerminal: boolean): string {
  const members = [...membersOf(item)]
  const width = isTerminal ? Math.max(0, ...members.map(([name]) => name.length)) + 2 : 0
  const entries = members.map(([name, value]) => {
    const phrases = isTerminal && Array.isArray(value) ? value.map(wordOf) : []
    const isPhrases = phrases.some((phrase) => phrase.includes(' '))
    return [name, isPhrases ? phrases.join(`\n${' '.repeat(width)}`) : wordOf(value)] as const
  })
  return entries.map(([name, word]) => (isTerminal ? name.padEnd(width) + word : `${name}\t${word}`)).join('\n')
}
