// The rules of Kong's schema language that a value can break, one row each.
import { isRecord } from './config-source.ts'
import { luaPattern } from './lua-pattern.ts'

/** What a value breaks, in words; undefined when it is fine. */
export type Rule = (limit: unknown, value: unknown) => string | undefined

const sizeOf = (value: unknown): number =>
  Array.isArray(value) || typeof value === 'string' ? value.length : Object.keys(Object(value)).length

const matches = (pattern: unknown, value: unknown): boolean => luaPattern(String(pattern)).test(String(value))

const listed = (list: unknown): unknown[] => (Array.isArray(list) ? list : [])

/** Rules on one value, by the name under which a schema states them (K:db/schema/init.lua `validators`). */
export const valueRules: Readonly<Record<string, Rule>> = {
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

const isSet = (value: unknown): boolean => value !== undefined && value !== null

const setAmong = (names: unknown, record: Readonly<Record<string, unknown>>): string[] =>
  listed(names)
    .map(String)
    .filter((name) => isSet(record[name]))

/** A rule on several fields of a record: the field that is wrong (undefined: the record itself), and how. */
export type RecordRule = (
  rule: unknown,
  record: Readonly<Record<string, unknown>>,
) => { readonly field?: string; readonly text: string } | undefined

/** Whether a value satisfies all given rules. */
function satisfies(rules: unknown, value: unknown): boolean {
  return Object.entries(Object(rules)).every(([name, limit]) => valueRules[name]?.(limit, value) === undefined)
}

/** Rules on the fields of one record, by name (K:db/schema/init.lua `entity_checkers`). */
export const recordRules: Readonly<Record<string, RecordRule>> = {
  at_least_one_of: (names, record) =>
    setAmong(names, record).length > 0
      ? undefined
      : { text: `needs at least one of ${listed(names).map(String).join(', ')}` },
  only_one_of: (names, record) =>
    setAmong(names, record).length === 1
      ? undefined
      : { text: `needs exactly one of ${listed(names).map(String).join(', ')}` },
  mutually_exclusive: (names, record) => {
    const [, second] = setAmong(names, record)
    return second === undefined
      ? undefined
      : { field: second, text: `may not be set together with ${setAmong(names, record)[0]}` }
  },
  mutually_required: (names, record) => {
    const missing = listed(names)
      .map(String)
      .find((name) => !isSet(record[name]))
    return missing === undefined || setAmong(names, record).length === 0
      ? undefined
      : { text: `needs ${missing} as well` }
  },
  conditional: (rule, record) => {
    if (!isRecord(rule)) return undefined
    const [given, name] = [record[String(rule.if_field)], String(rule.then_field)]
    if (!isSet(given) || !satisfies(rule.if_match, given)) return undefined
    const wanted = Object(rule.then_match)
    const value = record[name]
    const because = `when ${rule.if_field} is ${given}`
    if (!isSet(value)) return wanted.required === true ? { text: `needs ${name} ${because}` } : undefined
    const broken = Object.entries(wanted).flatMap(([key, limit]) => valueRules[key]?.(limit, value) ?? [])
    return broken.length === 0 ? undefined : { field: name, text: `${broken.join(', ')} ${because}` }
  },
}
