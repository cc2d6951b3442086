// The fields of one entity, checked against Kong's schema and completed as Kong completes them.
import { type Entity, routeProtocols } from './entity.ts'
import { expressionProblem } from './expressions.ts'
import { routeSchemas, specialize, vaultSchemas } from './facts.ts'
import type { AddFinding } from './finding.ts'
import type { EntityKind } from './kinds.ts'
import { applySchema, type FieldSchema, schemaFields } from './schema.ts'
import { isRecord } from './source.ts'
import { isOfUrl, urlFields } from './url.ts'

/** Kong's formats before 3.0 have no ~: there a path that looks like a regular expression is one. */
function modernPath(path: unknown): unknown {
  return typeof path === 'string' && !/^[\w.\-~/%]*$/.test(path) ? `~${path}` : path
}

/** Such a path Kong makes normal, whatever it was. */
function normalPath(path: unknown): unknown {
  return typeof path === 'string' && path.startsWith('/') ? '/' : path
}

/**
 * What Kong makes of an entity's fields.
 * @param nested the lists that may stand inside it
 * @param isOld the file has a format before 3.0
 */
export function completeFields(
  entity: Entity,
  nested: readonly string[],
  isOld: boolean,
  add: AddFinding,
): Record<string, unknown> {
  const { list, kind, values, path } = entity
  const others = new Set([...nested, ...Object.keys(kind.refers)])
  const given = Object.entries(values).filter(([key]) => !others.has(key))
  const url = list === 'services' && typeof values.url === 'string' ? values.url : undefined
  const own: Record<string, unknown> = { ...Object.fromEntries(given), ...(url === undefined ? {} : urlFields(url)) }
  if (list === 'upstreams' && own.hash_on === null) delete own.hash_on // Kong takes it for none
  const paths = isOld && list === 'routes' && Array.isArray(own.paths) ? own.paths.map(modernPath) : undefined
  if (paths !== undefined) own.paths = paths.map(normalPath)
  const schema = withoutReferences(schemaOf(list, kind, own), others)
  const complete = applySchema(schema, own, (at, text, fields) => {
    const known = at.length === 1 && fields ? [...fields, ...others] : fields
    const ofUrl = url !== undefined && isOfUrl(String(at[0])) ? { url } : {}
    add({
      kind: 'value',
      path: [...path, ...(url !== undefined && 'url' in ofUrl ? ['url'] : at)],
      entity,
      at,
      text,
      known,
      ...ofUrl,
    })
  })
  if (list === 'routes') checkRouteHeaders(entity, add)
  return { ...(isRecord(complete) ? complete : {}), ...(paths === undefined ? {} : { paths }) }
}

/** Headers that a route matches: `~*` stands before a regular expression. */
function checkRouteHeaders(entity: Entity, add: AddFinding): void {
  for (const [name, list] of Object.entries(Object(entity.values.headers))) {
    const values: unknown[] = Array.isArray(list) ? list : []
    const at = ['headers', name]
    if (values.length === 0) add({ kind: 'value', path: [...entity.path, ...at], entity, at, text: 'needs a value' })
    for (const [index, value] of values.entries()) {
      const text = String(value).startsWith('~*') ? expressionProblem(String(value).slice(2)) : undefined
      const place = [...at, index]
      if (text !== undefined) add({ kind: 'value', path: [...entity.path, ...place], entity, at: place, text })
    }
  }
}

const FAMILIES: Readonly<Record<string, string>> = {
  ...{ http: 'http', https: 'http', grpc: 'grpc', grpcs: 'grpc' },
  ...{ tcp: 'tcp', tls: 'tcp', udp: 'tcp', tls_passthrough: 'tcp' },
}

function schemaOf(list: string, { schema }: EntityKind, values: Readonly<Record<string, unknown>>): FieldSchema {
  if (list === 'routes') {
    const family = routeProtocols(values).find((each) => FAMILIES[each] !== undefined) ?? 'http'
    const expressions = [
      { expression: { type: 'string' } },
      { priority: { type: 'integer', between: [0, 2 ** 46 - 1] } },
    ]
    // Matching by an expression is looked at elsewhere.
    if (typeof values.expression === 'string') return specialize(schema, { fields: expressions })
    return specialize(schema, routeSchemas.get(FAMILIES[family] ?? 'http') ?? {})
  }
  if (list === 'vaults')
    return specialize(schema, vaultSchemas.get(String(values.name)) ?? { fields: [{ config: { type: 'any' } }] })
  // What is in a plugin's config is looked at where its name is.
  return list === 'plugins' ? specialize(schema, { fields: [{ config: { type: 'any' } }] }) : schema
}

function withoutReferences(schema: FieldSchema, others: ReadonlySet<string>): FieldSchema {
  const fields = schemaFields(schema.fields).filter(([name]) => !others.has(name))
  // Rules on references are looked at when these are resolved.
  const checks = (Array.isArray(schema.entity_checks) ? schema.entity_checks : []).filter(
    (check) =>
      !Object.values(Object(check)).some((rule) => Array.isArray(rule) && rule.some((name) => others.has(name))),
  )
  return { ...schema, fields: fields.map(([name, field]) => ({ [name]: field })), entity_checks: checks }
}
