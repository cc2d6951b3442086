// The rules of Kong's schema language on several fields of a record, one row each.
import { isRecord } from './source.ts'
import { listed } from './value-rules.ts'

/** Kong: an empty text or table counts as nothing. */
function isSet(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== '' &&
    !(typeof value === 'object' && Object.keys(value).length === 0)
  )
}

type Values = Readonly<Record<string, unknown>>

/** The value of a field that a rule names: `redis.host` lies in a record. */
export function fieldOf(record: Values, name: string): unknown {
  return name.split('.').reduce((value: unknown, step) => (isRecord(value) ? value[step] : undefined), record)
}

function setAmong(names: unknown, record: Values): string[] {
  return listed(names)
    .map(String)
    .filter((name) => isSet(fieldOf(record, name)))
}

function named(names: unknown): string {
  return listed(names).map(String).join(', ')
}

/** What the value of a field breaks of its definition with some rules in addition; undefined when it fits. */
export type Fits = (field: string, rules: Readonly<Record<string, unknown>>, value: unknown) => string | undefined

/** A rule on several fields of a record: the field that is wrong (undefined: the record itself), and how. */
export type RecordRule = (
  rule: unknown,
  record: Values,
  fits: Fits,
) => { readonly field?: string; readonly text: string } | undefined

function isMatch(match: unknown, field: string, record: Values, fits: Fits): boolean {
  const value = fieldOf(record, field)
  // Kong: nothing fits unless something in particular is wanted.
  if (value === undefined || value === null) return !isRecord(match) || match.eq === undefined || match.eq === null
  return isRecord(match) && fits(field, match, value) === undefined
}

/** Rules on the fields of one record, by name (Kong 3.9: db/schema/init.lua `entity_checkers`). */
export const RECORD_RULES: Readonly<Record<string, RecordRule>> = {
  at_least_one_of: (names, record) =>
    setAmong(names, record).length > 0 ? undefined : { text: `needs at least one of ${named(names)}` },
  only_one_of: (names, record) =>
    setAmong(names, record).length === 1 ? undefined : { text: `needs exactly one of ${named(names)}` },
  mutually_exclusive: (names, record) => {
    const [first, second] = setAmong(names, record)
    return second === undefined ? undefined : { field: second, text: `may not be set together with ${first}` }
  },
  mutually_required: (names, record) => {
    const missing = listed(names)
      .map(String)
      .find((name) => !isSet(fieldOf(record, name)))
    return missing === undefined || setAmong(names, record).length === 0
      ? undefined
      : { text: `needs ${missing} as well` }
  },
  distinct: (names, record) => {
    const values = setAmong(names, record).map((name) => fieldOf(record, name))
    return new Set(values).size === values.length ? undefined : { text: `needs different values in ${named(names)}` }
  },
  conditional: (rule, record, fits) => {
    if (!isRecord(rule)) return undefined
    const [given, name] = [String(rule.if_field), String(rule.then_field)]
    if (!isMatch(rule.if_match, given, record, fits)) return undefined
    const wanted = isRecord(rule.then_match) ? rule.then_match : {}
    const value = fieldOf(record, name)
    const because = `when ${given} is ${named([fieldOf(record, given)])}`
    if (value === undefined || value === null) {
      return wanted.required === true ? { text: `needs ${name} ${because}` } : undefined
    }
    const broken = fits(name, wanted, value)
    return broken === undefined ? undefined : { field: name, text: `${broken} ${because}` }
  },
  conditional_at_least_one_of: (rule, record, fits) => {
    if (!isRecord(rule)) return undefined
    const field = String(rule.if_field)
    const given = fieldOf(record, field)
    if (given === undefined) return undefined
    const names = isMatch(rule.if_match, field, record, fits)
      ? rule.then_at_least_one_of
      : rule.else_match !== undefined && isMatch(rule.else_match, field, record, fits)
        ? rule.else_then_at_least_one_of
        : undefined
    if (names === undefined || setAmong(names, record).length > 0) return undefined
    return { text: `needs at least one of ${named(names)} when ${field} is ${named([given])}` }
  },
}
