// The rules of Kong's schema language that a value can break, one row each.

import { luaPattern } from './lua-pattern.ts'
import { isRecord } from './source.ts'

/** What a value breaks, in words; undefined when it is fine. */
export type ValueRule = (limit: unknown, value: unknown) => string | undefined

function sizeOf(value: unknown): number {
  return Array.isArray(value) || typeof value === 'string' ? value.length : Object.keys(Object(value)).length
}

function matches(pattern: unknown, value: unknown): boolean {
  return luaPattern(String(pattern)).test(String(value))
}

function patternsOf(list: unknown): unknown[] {
  return listed(list).map((rule) => Object(rule).pattern)
}

function listed(list: unknown): unknown[] {
  return Array.isArray(list) ? list : []
}

/** Rules on one value, by the name under which a schema states them (Kong 3.9: db/schema/init.lua `validators`). */
export const VALUE_RULES: Readonly<Record<string, ValueRule>> = {
  one_of: (list, v) => (listed(list).includes(v) ? undefined : `must be one of ${listed(list).map(String).join(', ')}`),
  not_one_of: (list, v) => (listed(list).includes(v) ? `must not be ${v}` : undefined),
  between: (range, v) => {
    const [least, most] = listed(range)
    return Number(v) < Number(least) || Number(v) > Number(most) ? `must be from ${least} to ${most}` : undefined
  },
  gt: (limit, v) => (Number(v) > Number(limit) ? undefined : `must be greater than ${limit}`),
  len_min: (limit, v) => (sizeOf(v) < Number(limit) ? `needs at least ${limit}` : undefined),
  len_max: (limit, v) => (sizeOf(v) > Number(limit) ? `may have at most ${limit}` : undefined),
  eq: (wanted, v) => (v === wanted ? undefined : wanted === null ? 'must not be set here' : `must be ${wanted}`),
  ne: (unwanted, v) => (v === unwanted ? `must not be ${v}` : undefined),
  len_eq: (limit, v) =>
    sizeOf(v) === Number(limit) ? undefined : limit === 0 ? 'must be empty' : `must have ${limit}`,
  timestamp: (_, v) => (Number(v) > 0 ? undefined : 'must be greater than 0'),
  not_match: (pattern, v) => (matches(pattern, v) ? `must not match the Lua pattern ${pattern}` : undefined),
  match_all: (list, v) => {
    const broken = patternsOf(list).find((pattern) => !matches(pattern, v))
    return broken === undefined ? undefined : `must match the Lua pattern ${broken}`
  },
  match_none: (list, v) => {
    const broken = patternsOf(list).find((pattern) => matches(pattern, v))
    return broken === undefined ? undefined : `must not match the Lua pattern ${broken}`
  },
  match_any: (rule, v) => {
    const patterns = listed(Object(rule).patterns)
    if (patterns.some((pattern) => matches(pattern, v))) return undefined
    return `must match one of the Lua patterns ${patterns.map(String).join(' ')}`
  },
  contains: (wanted, v) => (listed(v).includes(wanted) ? undefined : `must contain ${wanted}`),
  mutually_exclusive_subsets: (subsets, v) => {
    const touched = listed(subsets).filter((subset) => listed(subset).some((each) => listed(v).includes(each)))
    return touched.length > 1
      ? `must not mix ${touched.map((each) => listed(each).join(', ')).join(' with ')}`
      : undefined
  },
  match: (pattern, v) => (matches(pattern, v) ? undefined : `must match the Lua pattern ${pattern}`),
  starts_with: (prefix, v) => (String(v).startsWith(String(prefix)) ? undefined : `must start with ${prefix}`),
  uuid: (_, v) =>
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(String(v))
      ? undefined
      : 'must be a UUID (8-4-4-4-12 hex digits)',
  // Not Kong's own: a rule that Kong's schema has as code.
  valid: (check, v) => (typeof check === 'function' ? toText(check(v)) : undefined),
}

function toText(answer: unknown): string | undefined {
  return typeof answer === 'string' ? answer : undefined
}

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
