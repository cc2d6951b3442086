// Secrets by reference, `{vault://env/NAME}`, as Kong's own vault of environment variables resolves them.

import { type FieldSchema, type SchemaProblem, schemaFields } from './model/schema.ts'
import { isRecord } from './model/source.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Any reference at all (Kong 3.9: pdk/vault.lua `is_reference`). */
const REFERENCE = '{vault://'
/** The one kind that is resolved here: no key within the value, no parameters. */
const ENV_REFERENCE = /^\{vault:\/\/env\/([A-Za-z0-9_-]+)\}$/

/** Kong 3.9: vaults/env/init.lua `get`: upper case, and dashes are underscores. */
function variableOf(reference: string): string | undefined {
  return ENV_REFERENCE.exec(reference)?.[1]?.toUpperCase().replaceAll('-', '_')
}

/** The schemas of what lies below a value: by name for records and maps, the same for all in lists. */
function below(schema: FieldSchema | undefined): (name: string | number) => FieldSchema | undefined {
  const fields = new Map(schemaFields(schema?.fields))
  const each = [schema?.elements, schema?.values].find(isRecord)
  return (name) => each ?? fields.get(String(name))
}

/** The first reference that cannot be resolved here: of another vault, or in a field where Kong resolves none. */
export function findForeignReference(value: unknown, schema?: FieldSchema): string | undefined {
  if (typeof value === 'string') {
    if (!value.startsWith(REFERENCE)) return undefined
    return schema?.referenceable === true && variableOf(value) !== undefined ? undefined : value
  }
  if (typeof value !== 'object' || value === null) return undefined
  const schemaOf = below(schema)
  for (const [name, item] of Object.entries(value)) {
    const found = findForeignReference(item, schemaOf(name))
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * The same value with every reference to an environment variable replaced by what it holds. One that is not set is told
 * to `missing` and reads as empty, as in Kong: the plugin then refuses its config, and every call.
 */
export function resolveSecrets(
  schema: FieldSchema | undefined,
  value: unknown,
  env: Environment,
  missing: SchemaProblem,
  path: readonly (string | number)[] = [],
): unknown {
  const schemaOf = below(schema)
  if (Array.isArray(value)) {
    return value.map((item, i) => resolveSecrets(schemaOf(i), item, env, missing, [...path, i]))
  }
  if (isRecord(value)) {
    const resolved = Object.entries(value).map(([name, item]) => [
      name,
      resolveSecrets(schemaOf(name), item, env, missing, [...path, name]),
    ])
    return Object.fromEntries(resolved)
  }
  const variable = schema?.referenceable === true && typeof value === 'string' ? variableOf(value) : undefined
  if (variable === undefined) return value
  const held = env[variable]
  if (held === undefined || held === '') missing(path, `the environment variable ${variable} is not set`)
  return held ?? ''
}
