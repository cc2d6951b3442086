// Kong's plugin schemas, as far as a plugin server's dump uses them: checking a config and filling in its defaults.
import { isRecord } from './config-source.ts'

/** One field's definition in a plugin's schema, as the dump spells it. */
export type FieldSchema = Readonly<Record<string, unknown>>

/** What a plugin server says of one plugin (`--dump`, the answer to Kong's query_cmd). */
export interface PluginInfo {
  readonly name: string
  readonly priority: number
  readonly phases: readonly string[]
  /** The fields of `config`. */
  readonly config: FieldSchema
}

/** A problem in a config: the keys that lead to it, and what is wrong. */
export type SchemaProblem = (path: readonly (string | number)[], text: string) => void

function entries(fields: unknown): [string, FieldSchema][] {
  const list = Array.isArray(fields) ? fields : []
  return list.filter(isRecord).flatMap((field) => {
    return Object.entries(field).filter((entry): entry is [string, FieldSchema] => isRecord(entry[1]))
  })
}

/** Reads the JSON of a dump: an array of plugins, or `{ Protocol, Plugins }`. */
export function readPluginDump(dump: unknown): PluginInfo[] {
  const plugins = Array.isArray(dump) ? dump : isRecord(dump) ? dump.Plugins : undefined
  if (!Array.isArray(plugins)) throw new Error('the plugin server described no plugins')
  return plugins.filter(isRecord).map((plugin): PluginInfo => {
    const schema = isRecord(plugin.Schema) ? entries(plugin.Schema.fields) : []
    return {
      name: String(plugin.Name),
      priority: Number(plugin.Priority),
      phases: Array.isArray(plugin.Phases) ? plugin.Phases.map(String) : [],
      config: schema.find(([name]) => name === 'config')?.[1] ?? { type: 'record', fields: [] },
    }
  })
}

const typeChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (v) => typeof v === 'string',
  number: (v) => typeof v === 'number',
  integer: (v) => Number.isInteger(v),
  boolean: (v) => typeof v === 'boolean',
  array: Array.isArray,
  set: Array.isArray,
  map: isRecord,
  record: isRecord,
}

type Rule = (limit: unknown, value: unknown) => string | undefined

const rules: Readonly<Record<string, Rule>> = {
  one_of: (list, v) =>
    Array.isArray(list) && !list.includes(v) ? `must be one of ${list.map(String).join(', ')}` : undefined,
  between: (range, v) =>
    Array.isArray(range) && (Number(v) < Number(range[0]) || Number(v) > Number(range[1]))
      ? `must be from ${range[0]} to ${range[1]}`
      : undefined,
  gt: (limit, v) => (Number(v) > Number(limit) ? undefined : `must be greater than ${limit}`),
  len_min: (limit, v) =>
    (Array.isArray(v) || typeof v === 'string' ? v.length : Object.keys(v ?? {}).length) < Number(limit)
      ? `needs at least ${limit}`
      : undefined,
}

/**
 * Checks a value against a schema and returns it with defaults filled in, as Kong hands it to a plugin server:
 * unset fields are absent, the defaults of records are present. Rules that only Kong knows (Lua patterns, entity
 * checks) are left to Kong and to the plugin's own validation.
 */
export function applySchema(
  schema: FieldSchema,
  value: unknown,
  problem: SchemaProblem,
  path: (string | number)[] = [],
): unknown {
  const type = String(schema.type)
  const given = value ?? schema.default ?? (type === 'record' && schema.required === true ? {} : undefined)
  if (given === undefined) {
    if (schema.required === true) problem(path, 'is required')
    return undefined
  }
  if (typeChecks[type]?.(given) === false) {
    problem(path, `must be of type ${type}`)
    return given
  }
  for (const [rule, check] of Object.entries(rules)) {
    const wrong = schema[rule] === undefined ? undefined : check(schema[rule], given)
    if (wrong !== undefined) problem(path, wrong)
  }
  if (Array.isArray(given)) {
    const elements = schema.elements
    return isRecord(elements) ? given.map((item, i) => applySchema(elements, item, problem, [...path, i])) : given
  }
  if (!isRecord(given)) return given
  return type === 'record' ? applyRecord(schema, given, problem, path) : applyMap(schema, given, problem, path)
}

function applyRecord(
  schema: FieldSchema,
  given: Record<string, unknown>,
  problem: SchemaProblem,
  path: (string | number)[],
): Record<string, unknown> {
  const fields = new Map(entries(schema.fields))
  for (const name of Object.keys(given)) if (!fields.has(name)) problem([...path, name], 'is not a known field')
  const filled: [string, unknown][] = []
  for (const [name, field] of fields) {
    const value = applySchema(field, given[name], problem, [...path, name])
    if (value !== undefined) filled.push([name, value])
  }
  return Object.fromEntries(filled)
}

function applyMap(
  schema: FieldSchema,
  given: Record<string, unknown>,
  problem: SchemaProblem,
  path: (string | number)[],
): Record<string, unknown> {
  const { keys, values } = schema
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      if (isRecord(keys)) applySchema(keys, key, problem, [...path, key])
      return [key, isRecord(values) ? applySchema(values, value, problem, [...path, key]) : value]
    }),
  )
}
