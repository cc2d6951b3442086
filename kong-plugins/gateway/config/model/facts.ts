// What the schemas of Kong 3.9 say (kong-3.9.json, written by scripts/facts/write-facts.ts), with the checker's own rules
// in the places of Kong's functions.
import { readFileSync } from 'node:fs'
import { recordCodes } from './record-codes.ts'
import { type FieldSchema, schemaFields } from './schema.ts'
import { isRecord } from './source.ts'
import { TEXT_RULES } from './text-rules.ts'

type Schemas = ReadonlyMap<string, FieldSchema>

/** Where they are. */
export const FACTS_FILE = new URL('kong-3.9.json', import.meta.url)

const facts: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(FACTS_FILE, 'utf8'))

function schemasOf(group: string): Schemas {
  const schemas = facts[group]
  if (!isRecord(schemas)) throw new Error(`kong-3.9.json holds no ${group}`)
  return new Map(Object.entries(schemas).map(([name, schema]) => [name, { ...Object(withRules(schema, name)) }]))
}

/** Which of the functions without a name stands at a place. */
const UNNAMED: readonly (readonly [at: RegExp, rule: string])[] = [
  [/^upstreams\.name$/, 'upstreams.name'],
  [/^targets\.target$/, 'targets.target'],
  [/^jwt_secrets\.then_match$/, 'jwt_secrets.rsa_public_key'],
  [/^oauth2_credentials\.redirect_uris/, 'oauth2_credentials.redirect_uris'],
  [/^cors\.config\.origins/, 'cors.origins'],
  [/^(?:pre|post)-function\.config/, 'pre-function'],
  [/^re\w+-transformer\.config\.rename\.headers/, 'request-transformer.rename'],
  [/^request-transformer\.config\.\w+\.headers/, 'request-transformer.headers'],
  [/^request-transformer\.config\.\w+\./, 'request-transformer.values'],
]

function unnamedRule(at: string): string {
  return UNNAMED.find(([place]) => place.test(at))?.[1] ?? ''
}

/** The same schema with `valid`, a function, where the facts only name one. */
function withRules(schema: unknown, at: string): unknown {
  if (Array.isArray(schema)) return schema.map((each) => withRules(each, at))
  if (!isRecord(schema)) return schema
  const code = typeof schema.code === 'string' ? schema.code : schema.is_regex === true ? 'is_regex' : undefined
  const rule = code === undefined ? undefined : (TEXT_RULES[code] ?? TEXT_RULES[unnamedRule(at)])
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    const inside = isRecord(value) && !KEYWORDS.has(key) ? `${at}.${key}` : key === 'then_match' ? `${at}.${key}` : at
    return [key, withRules(value, inside)]
  })
  return {
    ...Object.fromEntries(entries),
    ...(rule === undefined ? {} : { valid: (value: unknown) => rule(String(value)) }),
    ...recordCodes(at, schema),
  }
}

const KEYWORDS = new Set(['elements', 'keys', 'values', 'conditional', 'if_match', 'then_match'])

/** Entities by the name of their list. */
export const entitySchemas = schemasOf('entities')
/** Bundled plugins, with their `priority`. */
export const pluginSchemas = schemasOf('plugins')
/** What routes have in addition, by protocol family. */
export const routeSchemas = schemasOf('routes')
export const vaultSchemas = schemasOf('vaults')

/** A schema with the fields and rules of a more special one in the places of its own. */
export function specialize(schema: FieldSchema, special: FieldSchema): FieldSchema {
  const checks = [schema, special].flatMap(({ entity_checks: each }) => (Array.isArray(each) ? each : []))
  const fields = new Map([...schemaFields(schema.fields), ...schemaFields(special.fields)])
  return { ...schema, fields: [...fields].map(([name, field]) => ({ [name]: field })), entity_checks: checks }
}
