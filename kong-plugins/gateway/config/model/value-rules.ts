// The rules of Kong's schema language on one value, one row each.

import { luaPattern } from './lua-pattern.ts'

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

/** A list, whatever a schema holds. */
export function listed(list: unknown): unknown[] {
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
    const broken = listed(list).find((rule) => matches(Object(rule).pattern, v))
    if (broken === undefined) return undefined
    const { pattern, err } = Object(broken)
    return typeof err === 'string' ? err : `must not match the Lua pattern ${pattern}`
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
