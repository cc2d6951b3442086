// Kong's plugin schemas, as far as a plugin server's dump uses them: checking a config and filling in its defaults.

import { type Fits, fieldOf, RECORD_RULES } from './record-rules.ts'
import { isRecord } from './source.ts'
import { VALUE_RULES } from './value-rules.ts'

/** One field's definition in a plugin's schema, as the dump spells it. */
export type FieldSchema = Readonly<Record<string, unknown>>

/** A problem in a config: the keys that lead to it, what is wrong, and, of a name that is not known, those that are. */
export type SchemaProblem = (path: readonly (string | number)[], text: string, known?: readonly string[]) => void

/** The fields of a record's schema: one object per field, as Kong spells it. */
export function schemaFields(fields: unknown): [string, FieldSchema][] {
  const list = Array.isArray(fields) ? fields : []
  return list.filter(isRecord).flatMap((field) => {
    return Object.entries(field).filter((entry): entry is [string, FieldSchema] => isRecord(entry[1]))
  })
}

// Kong: an empty table is a list as well as a mapping.
function isEmptyTable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

const TYPE_CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (v) => typeof v === 'string',
  number: (v) => typeof v === 'number',
  integer: (v) => Number.isInteger(v),
  boolean: (v) => typeof v === 'boolean',
  array: (v) => Array.isArray(v) || isEmptyTable(v),
  set: (v) => Array.isArray(v) || isEmptyTable(v),
  map: (v) => isRecord(v) || isEmptyTable(v),
  record: (v) => isRecord(v) || isEmptyTable(v),
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
  // Kong: what stands there as null is not given a default.
  const missing = schema.default ?? (type === 'record' && schema.required === true ? {} : undefined)
  const given = value === undefined ? missing : (value ?? undefined)
  if (given === undefined) {
    if (schema.required === true && (value === null || schema.auto !== true)) problem(path, 'is required')
    return undefined
  }
  if (TYPE_CHECKS[type]?.(given) === false) {
    problem(path, `must be of type ${type}`)
    return given
  }
  if (isReference(schema, given)) return given
  const wrong = brokenRule(schema, given)
  if (wrong !== undefined) problem(path, wrong)
  if (type === 'record' || type === 'map') {
    const entries = isRecord(given) ? given : {}
    return type === 'record' ? applyRecord(schema, entries, problem, path) : applyMap(schema, entries, problem, path)
  }
  if (!Array.isArray(given) || !isRecord(schema.elements)) return given
  const elements = { ...schema.elements, required: true }
  return given.map((item, i) => applySchema(elements, item, problem, [...path, i]))
}

/** What a value breaks, if anything. */
function firstProblem(schema: FieldSchema, value: unknown): string | undefined {
  let first: string | undefined
  applySchema(schema, value, (path, text) => {
    first ??= [...path, text].join(' ')
  })
  return first
}

/** One at a time: an empty string breaks most rules, but is one mistake. */
function brokenRule(schema: FieldSchema, given: unknown): string | undefined {
  // Kong: an empty string is no value unless the schema says so.
  const stated = typeof given === 'string' && schema.type === 'string' ? { len_min: 1, ...schema } : schema
  for (const [rule, limit] of Object.entries(stated)) {
    const wrong = VALUE_RULES[rule]?.(limit, given)
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
  const expanded = expandShorthands(schema, given, problem, path)
  let misspelt = false
  const inside: SchemaProblem = (at, text, known) => {
    misspelt ||= known !== undefined
    problem(at, text, known)
  }
  for (const name of Object.keys(expanded))
    if (!fields.has(name)) inside([...path, name], 'is not a known field', [...fields.keys()])
  const filled: [string, unknown][] = []
  for (const [name, field] of fields) {
    const value = applySchema(field, expanded[name], inside, [...path, name])
    if (value !== undefined) filled.push([name, value])
  }
  const record = Object.fromEntries(filled)
  const fits: Fits = (name, rules, value) => firstProblem({ ...fieldAt(schema, name), ...rules }, value)
  for (const checks of Array.isArray(schema.entity_checks) ? schema.entity_checks : []) {
    for (const [rule, argument] of Object.entries(Object(checks))) {
      if (namedFields(argument).some((name) => isReference(fieldAt(schema, name), fieldOf(record, name)))) continue
      const wrong = RECORD_RULES[rule]?.(argument, record, fits)
      // What the record lacks is, most likely, what was misspelt: one mistake.
      if (wrong !== undefined && (wrong.field !== undefined || !misspelt))
        problem([...path, ...(wrong.field?.split('.') ?? [])], wrong.text)
    }
  }
  return record
}

/** Kong: older names of fields; a field that is given by both its names keeps the value of the newer one. */
function expandShorthands(
  schema: FieldSchema,
  given: Record<string, unknown>,
  problem: SchemaProblem,
  path: (string | number)[],
): Record<string, unknown> {
  const expanded = { ...given }
  const names = schemaFields(schema.fields).map(([name]) => name)
  for (const [name, short] of schemaFields(schema.shorthand_fields)) {
    const value = given[name]
    if (value === undefined) continue
    applySchema(short, value, problem, [...path, name])
    if (names.includes(name)) continue
    delete expanded[name]
    const [target, inner] = Array.isArray(short.replaced_with) ? short.replaced_with.map(String) : []
    if (target === undefined || value === null) continue
    const before = expanded[target]
    const newer = inner === undefined ? before : fieldOf(Object(before), inner)
    if (newer !== undefined && newer !== null && short.deprecated === true && newer !== value)
      problem([...path, name], `must not differ from ${[target, inner].filter((each) => each !== undefined).join('.')}`)
    if (inner === undefined) expanded[target] = before ?? value
    else expanded[target] = { [inner]: value, ...(isRecord(before) ? before : {}) }
  }
  return expanded
}

/** The definition of a field that a rule names: `redis.host` lies in a record. */
function fieldAt(schema: FieldSchema, name: string): FieldSchema {
  const [first = '', ...rest] = name.split('.')
  const field = schemaFields(schema.fields).find(([each]) => each === first)?.[1] ?? {}
  return rest.length === 0 ? field : fieldAt(field, rest.join('.'))
}

/** The fields that a rule on several of them is about. */
function namedFields(rule: unknown): string[] {
  if (Array.isArray(rule)) return rule.map(String)
  return isRecord(rule) ? [rule.if_field, rule.then_field].filter((name) => typeof name === 'string') : []
}

// Kong: a secret by reference is checked when it has been resolved.
function isReference(field: FieldSchema, value: unknown): boolean {
  return field.referenceable === true && typeof value === 'string' && /^\{vault:\/\/.*\}$/s.test(value)
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
      return [
        key,
        isRecord(values) ? applySchema({ ...values, required: true }, value, problem, [...path, key]) : value,
      ]
    }),
  )
}
