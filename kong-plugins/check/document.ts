// Every entity of a kong.yml, wherever it is nested, with each of its fields checked against Kong's schema.

import {
  applySchema,
  type FieldSchema,
  schemaFields,
} from '@mobile-api-gateway/kong-plugins/gateway/config/plugin-schema.ts'
import { type ConfigSource, isRecord, type Path } from '@mobile-api-gateway/kong-plugins/gateway/config/source.ts'
import { ENTITY_KINDS, type EntityKind, NOT_KONGS, nestedLists } from './entities.ts'
import { routeSchemas, specialize, vaultSchemas } from './facts.ts'
import type { ReportProblem } from './problem.ts'
import { isOfUrl, reportUrl, urlFields } from './service-url.ts'
import { nearest, sayInstead, sayKnown, sayPlainly } from './suggest.ts'

/** One entity of the file. */
export interface Entity {
  readonly list: string
  readonly kind: EntityKind
  readonly path: Path
  readonly values: Readonly<Record<string, unknown>>
  /** The entity it is nested in, with the field that this stands for. */
  readonly parent: { readonly field: string; readonly entity: Entity } | undefined
  /** What its fields refer to; filled in when all entities are known. */
  readonly refers: Map<string, Entity>
}

const DOCUMENT_FIELDS = ['_format_version', '_transform', '_comment', '_ignore']
const VERSIONS = ['3.0', '2.1', '1.1']

/** Reads all entities. Kong 3 also takes the formats 2.1 and 1.1, and converts them. */
export function readEntities(source: ConfigSource, report: ReportProblem): Entity[] {
  const root = source.root
  if (!isRecord(root)) {
    report([], 'the file holds no mapping', '_format_version: "3.0" and lists such as services')
    return []
  }
  const version = root._format_version
  if (typeof version !== 'string' || !VERSIONS.includes(version)) {
    const what =
      version === undefined ? 'is missing' : `must be one of the texts ${VERSIONS.map((v) => `"${v}"`).join(', ')}`
    report(['_format_version'], `_format_version ${what}`, '_format_version: "3.0"')
  }
  if (root._comment !== undefined && root._comment !== null && typeof root._comment !== 'string')
    report(['_comment'], '_comment must be a text', '_comment: "…"')
  if (root._transform !== undefined && root._transform !== null && typeof root._transform !== 'boolean')
    report(['_transform'], '_transform must be true or false', '_transform: true')
  const entities: Entity[] = []
  for (const [key, value] of Object.entries(root)) {
    if (ENTITY_KINDS.has(key)) readList(key, value, [key], undefined)
    else if (!DOCUMENT_FIELDS.includes(key)) {
      const why = NOT_KONGS.get(key)
      const known = [...ENTITY_KINDS.keys(), ...DOCUMENT_FIELDS]
      if (why !== undefined) report([key], `${key} ${why}`, 'nothing: leave it out of the file that Kong reads')
      else report([key], `Kong knows no list called ${key}`, nearest(key, known) ?? known.join(', '))
    }
  }
  return entities

  function readList(list: string, value: unknown, path: Path, parent: Entity['parent']): void {
    const kind = ENTITY_KINDS.get(list)
    if (kind === undefined || value === null || value === undefined) return
    if (!Array.isArray(value)) {
      if (!isRecord(value) || Object.keys(value).length > 0) report(path, `${list} must be a list`, `${list}: [ … ]`)
      return
    }
    value.forEach((item: unknown, index) => {
      const at = [...path, index]
      if (isRecord(item)) readEntity(list, kind, item, at, parent)
      else report(at, `${kind.one} must be a mapping`, '- name: …')
    })
  }

  function readEntity(
    list: string,
    kind: EntityKind,
    values: Record<string, unknown>,
    path: Path,
    parent: Entity['parent'],
  ): void {
    const entity: Entity = { list, kind, path, values, parent, refers: new Map() }
    entities.push(entity)
    const nested = nestedLists(list)
    checkFields(entity, [...nested.keys()], version !== '3.0', report)
    for (const [child, field] of nested) {
      if (values[child] !== undefined) readList(child, values[child], [...path, child], { field, entity })
    }
  }
}

/** Kong's formats before 3.0 have no ~: there a path that looks like a regular expression is one. */
function modernPath(path: unknown): unknown {
  if (typeof path !== 'string') return path
  if (!/^[\w.\-~/%]*$/.test(path)) return `~${path}`
  return path.startsWith('/') ? '/' : path // made normal by Kong, whatever it was
}

function checkFields(
  { list, kind, values, path }: Entity,
  nested: readonly string[],
  isOld: boolean,
  report: ReportProblem,
): void {
  const others = new Set([...nested, ...Object.keys(kind.refers)])
  const given = Object.entries(values).filter(([key]) => !others.has(key))
  const url = list === 'services' && typeof values.url === 'string' ? values.url : undefined
  const own: Record<string, unknown> = { ...Object.fromEntries(given), ...(url === undefined ? {} : urlFields(url)) }
  if (list === 'upstreams' && own.hash_on === null) delete own.hash_on // Kong takes it for none
  if (isOld && list === 'routes' && Array.isArray(own.paths)) own.paths = own.paths.map(modernPath)
  const schema = withoutReferences(schemaOf(list, kind, own), others)
  applySchema(schema, own, (at, found, fields) => {
    const text = sayPlainly(found)
    const key = String(at.at(-1) ?? '')
    if (url !== undefined && isOfUrl(String(at[0]))) return reportUrl(path, url, String(at[0]), text, report)
    if (at.length === 1 && fields) {
      const known = [...fields, ...others]
      return report(
        [...path, ...at],
        `${kind.one} has no field ${key}`,
        nearest(key, known) ?? `one of ${known.join(', ')}`,
      )
    }
    const what = [kind.one, ...at].join('.').replace(/^an? /, '')
    report([...path, ...at], `${what} ${text}`, fields ? sayKnown(key, fields) : sayInstead(at, text))
  })
}

/** The protocols of a route, Kong's default included. */
export function routeProtocols(values: Readonly<Record<string, unknown>>): string[] {
  const given = Array.isArray(values.protocols) ? values.protocols.map(String) : []
  return given.length === 0 ? ['http', 'https'] : given
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

/** Fields that may be shown in messages; keys and secrets may not. */
export const SHOWN_FIELDS: readonly string[] = [
  'name',
  'username',
  'custom_id',
  'instance_name',
  'prefix',
  'target',
  'id',
]

/** What an entity is called in messages. */
export function nameOf({ values, kind }: Entity): string {
  const name = SHOWN_FIELDS.map((field) => values[field]).find((value) => typeof value === 'string')
  return `${kind.one.replace(/^an? /, '')} ${name ?? 'without a name'}`
}
