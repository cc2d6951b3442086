// Kong's plugin schemas, as far as a plugin server's dump uses them: checking a config and filling in its defaults.
import { isRecord } from './config-source.ts'
import { recordRules, valueRules } from './schema-rules.ts'

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

/** A problem in a config: the keys that lead to it, what is wrong, and, of a name that is not known, those that are. */
export type SchemaProblem = (path: readonly (string | number)[], text: string, known?: readonly string[]) => void

/** The fields of a record's schema: one object per field, as Kong spells it. */
export function schemaFields(fields: unknown): [string, FieldSchema][] {
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
    const schema = isRecord(plugin.Schema) ? schemaFields(plugin.Schema.fields) : []
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

/**
 * Checks a value against a schema and returns it with defaults filled in, as Kong hands it to a plugin server:
 * unset fields are absent, the defaults of records are present.
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
  // K: a secret by reference is checked when it has been resolved.
  if (schema.referenceable === true && typeof given === 'string' && given.startsWith('{vault://')) return given
  const wrong = brokenRule(schema, given)
  if (wrong !== undefined) problem(path, wrong)
  if (Array.isArray(given)) {
    const elements = schema.elements
    return isRecord(elements) ? given.map((item, i) => applySchema(elements, item, problem, [...path, i])) : given
  }
  if (!isRecord(given)) return given
  return type === 'record' ? applyRecord(schema, given, problem, path) : applyMap(schema, given, problem, path)
}

/** One at a time: an empty string breaks most rules, but is one mistake. */
function brokenRule(schema: FieldSchema, given: unknown): string | undefined {
  // K: an empty string is no value unless the schema says so.
  const stated = typeof given === 'string' && schema.type === 'string' ? { len_min: 1, ...schema } : schema
  for (const [rule, limit] of Object.entries(stated)) {
    const wrong = valueRules[rule]?.(limit, given)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function applyRecord(
  schema: FieldSchema,
  given: Record<string, unknown>,
  problem: SchemaProblem,
  path: (string | number)[],
): Record<string, unknown> {
  const fields = new Map(schemaFields(schema.fields))
  for (const name of Object.keys(given))
    if (!fields.has(name)) problem([...path, name], 'is not a known field', [...fields.keys()])
  const filled: [string, unknown][] = []
  for (const [name, field] of fields) {
    const value = applySchema(field, given[name], problem, [...path, name])
    if (value !== undefined) filled.push([name, value])
  }
  for (const checks of Array.isArray(schema.entity_checks) ? schema.entity_checks : []) {
    for (const [rule, argument] of Object.entries(Object(checks))) {
      const wrong = recordRules[rule]?.(argument, Object.fromEntries(filled))
      if (wrong !== undefined) problem(wrong.field === undefined ? path : [...path, wrong.field], wrong.text)
    }
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
