// What can be said in a field: kinds of text that people type, each with the form in which it is kept. Pure.
import { oneLine } from '../http/one-line.ts'

const MAX_URL = 500
/** E.164, with the extension that OpenID Connect Core §5.1 has from RFC 3966. */
const PHONE = /^\+[1-9]\d{5,14}(;ext=\d{1,10})?$/

/** The text as it is kept; undefined for what is none of its kind. @param maxLength in characters */
export type ReadText = (typed: string, maxLength: number) => string | undefined

function readUrl(typed: string): string | undefined {
  const text = typed.trim()
  if (text.length > MAX_URL || !/^[!-~]+$/.test(text) || !URL.canParse(text)) return undefined
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === '' ? text : undefined
}

function readLines(typed: string, maxLength: number): string | undefined {
  const lines = typed.split(/\r\n?|\n/).flatMap((line) => (line.trim() === '' ? [] : [oneLine(line, maxLength)]))
  const kept = lines.filter((line) => line !== undefined)
  const text = kept.join('\n')
  return kept.length === lines.length && lines.length <= 4 && [...text].length <= maxLength ? text : undefined
}

/** A day of the calendar, as browsers send it. */
export function readDay(typed: string): string | undefined {
  const text = typed.trim()
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(text) ? text : undefined
}

function readPast(typed: string): string | undefined {
  const day = readDay(typed)
  return day !== undefined && day >= '1870-01-01' && day <= new Date().toISOString().slice(0, 10) ? day : undefined
}

function readPhone(typed: string): string | undefined {
  const text = typed.replace(/[\s().\-/\u2010-\u2015]/g, '').replace(/^00/, '+')
  return PHONE.test(text) ? text : undefined
}

/** Time zones of the IANA database. */
export const ZONES: readonly string[] = Intl.supportedValuesOf('timeZone')

const COUNTRY_NAMES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
/** Codes that have names, and are no countries. */
const NO_COUNTRIES = new Set(['AC', 'CP', 'CQ', 'DG', 'EA', 'EU', 'EZ', 'IC', 'QO', 'TA', 'UN', 'XA', 'XB', 'ZZ'])

/** ISO 3166-1 alpha-2, and Kosovo. A code that another one has taken the place of is left out. */
export const COUNTRIES: readonly string[] = LETTERS.flatMap((first) => LETTERS.map((second) => first + second)).filter(
  (code) =>
    COUNTRY_NAMES.of(code) !== undefined && !NO_COUNTRIES.has(code) && new Intl.Locale(`und-${code}`).region === code,
)

/** The kinds. */
export const READ_TEXT = {
  line: oneLine,
  lines: readLines,
  url: readUrl,
  date: readPast,
  phone: readPhone,
  zone: (typed) => (ZONES.includes(typed) ? typed : undefined),
  country: (typed) => (COUNTRIES.includes(typed) ? typed : undefined),
} as const satisfies Readonly<Record<string, ReadText>>

export type TextKind = keyof typeof READ_TEXT
