// A span for each statement, where tracing is on: what it does to which tables, never a value.
import { currentTracing, failureOf } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { LogEvent } from 'kysely'

const MAX_LENGTH = 100
/** Texts whose name is kept. Ours are a few hundred. */
const MAX_KEPT = 1000
const KEPT = new Map<string, string>()

/** What follows a keyword: a name that is neither a function nor an alias with a column; what is inserted into has columns. */
const TABLE =
  /(?<!\b(?:distinct|epoch)\s+)\b(?:(from|join|update)\s+(?:only\s+)?"?([a-z_]+)\b"?(?!\s*[(.])|into\s+"?([a-z_]+)\b)/g
/** Literals and comments, which may hold such words. */
const PROSE = /'(?:[^']|'')*'|--[^\n]*/g
/** What a statement calls its own parts. */
const PART = /"?\b([a-z_]+)\b"?(?:\s*\([^()]*\))?\s+as\s+(?:(?:not\s+)?materialized\s+)?\(/g
const NO_TABLES: ReadonlySet<string> = new Set(['set', 'of', 'null', 'select', 'lateral', 'skip', 'nowait', 'excluded'])

/** `insert refresh_families, select applications`: changes first, since it is cut; without tables the first word. No values. */
export function nameOfStatement(text: string): string {
  const known = KEPT.get(text)
  if (known !== undefined) return known
  const plain = text.replaceAll(PROSE, "''")
  const parts = new Set([...plain.matchAll(PART)].map(([, part]) => part))
  const named = [...plain.matchAll(TABLE)].flatMap(({ 1: keyword, 2: table = '', 3: into, index }) => {
    if (into !== undefined) return [`insert ${into}`]
    return NO_TABLES.has(table) || parts.has(table) ? [] : [`${verbOf(keyword, plain.slice(0, index))} ${table}`]
  })
  const first = /^[\s(]*([a-z]+)/.exec(text)?.[1] ?? 'statement'
  const reads = named.filter((each) => each.startsWith('select '))
  const changes = named.filter((each) => !each.startsWith('select '))
  let name = ''
  for (const each of new Set([...changes, ...reads]))
    if (name.length + each.length < MAX_LENGTH) name += `${name && ', '}${each}`
  name ||= first
  if (KEPT.size < MAX_KEPT) KEPT.set(text, name)
  return name
}

function verbOf(keyword: string | undefined, before: string): string {
  if (keyword === 'update') return 'update'
  return keyword === 'from' && /\bdelete\s+$/.test(before) ? 'delete' : 'select'
}

/** Below what has asked for it; what nobody who is traced has asked for is not traced. */
export function traceStatement(event: LogEvent): void {
  const tracing = currentTracing()
  if (!tracing) return
  const name = nameOfStatement(event.query.sql)
  tracing.note(name, {
    kind: 'client',
    facts: { 'db.system.name': 'postgresql', 'db.query.summary': name },
    millis: event.queryDurationMillis,
    failure: event.level === 'error' ? failureOf(event.error) : undefined,
  })
}
