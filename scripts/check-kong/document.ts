// Every entity of a kong.yml, wherever it is nested, with each of its fields checked against Kong's schema.
import { type ConfigSource, isRecord, type Path } from '@mobile-api-gateway/kong-plugins/gateway/config-source.ts'
import { applySchema, type FieldSchema } from '@mobile-api-gateway/kong-plugins/gateway/plugin-schema.ts'
import { type EntityKind, entityKinds, isKind, type KindName, nestedLists, notKongs, otherLists } from './entities.ts'
import type { Report } from './problem.ts'
import { nearest, sayInstead, sayKnown } from './suggest.ts'
import { protocols, record } from './value-types.ts'

/** One entity of the file. */
export interface Entity {
  readonly list: KindName
  readonly kind: EntityKind
  readonly path: Path
  readonly values: Readonly<Record<string, unknown>>
  /** The entity it is nested in, with the field that this stands for. */
  readonly parent: { readonly field: string; readonly entity: Entity } | undefined
  /** What its fields refer to; filled in when all entities are known. */
  readonly refers: Map<string, Entity>
}

const documentFields = ['_format_version', '_transform', '_comment', '_ignore']
const versions = ['3.0', '2.1', '1.1']

/** Reads all entities. Kong 3 also takes the formats 2.1 and 1.1, and converts them. */
export function readEntities(source: ConfigSource, report: Report): Entity[] {
  const root = source.root
  if (!isRecord(root)) {
    report([], 'the file holds no mapping', '_format_version: "3.0" and lists such as services')
    return []
  }
  const version = root._format_version
  if (typeof version !== 'string' || !versions.includes(version)) {
    const what =
      version === undefined ? 'is missing' : `must be one of the texts ${versions.map((v) => `"${v}"`).join(', ')}`
    report(['_format_version'], `_format_version ${what}`, '_format_version: "3.0"')
  }
  const entities: Entity[] = []
  for (const [key, value] of Object.entries(root)) {
    if (isKind(key)) readList(key, value, [key], undefined)
    else if (!documentFields.includes(key) && !otherLists.has(key)) {
      const why = notKongs.get(key)
      const known = [...Object.keys(entityKinds), ...documentFields]
      if (why !== undefined) report([key], `${key} ${why}`, 'nothing: leave it out of the file that Kong reads')
      else report([key], `Kong knows no list called ${key}`, nearest(key, known) ?? known.join(', '))
    }
  }
  return entities

  function readList(list: KindName, value: unknown, path: Path, parent: Entity['parent']): void {
    if (value === null || value === undefined) return
    if (!Array.isArray(value)) {
      report(path, `${list} must be a list`, `${list}: [ … ]`)
      return
    }
    value.forEach((item: unknown, index) => {
      const at = [...path, index]
      if (isRecord(item)) readEntity(list, item, at, parent)
      else report(at, `${entityKinds[list].one} must be a mapping`, '- name: …')
    })
  }

  function readEntity(list: KindName, values: Record<string, unknown>, path: Path, parent: Entity['parent']): void {
    const kind: EntityKind = entityKinds[list]
    const entity: Entity = { list, kind, path, values, parent, refers: new Map() }
    entities.push(entity)
    const nested = nestedLists(list)
    checkFields(entity, [...nested.keys()], report)
    for (const [child, field] of nested) {
      if (values[child] !== undefined) readList(child, values[child], [...path, child], { field, entity })
    }
  }
}

function checkFields({ kind, values, path }: Entity, nested: readonly string[], report: Report): void {
  const others = new Set([...nested, ...Object.keys(kind.refers)])
  const own: Record<string, unknown> = Object.fromEntries(Object.entries(values).filter(([key]) => !others.has(key)))
  // An empty table is a list in YAML's eyes.
  if (Array.isArray(own.config) && own.config.length === 0) own.config = {}
  // Kong takes a url apart and overwrites these with what it finds.
  if (typeof own.url === 'string') {
    for (const key of ['host', 'port', 'path']) delete own[key]
    own.protocol = /^\w+(?=:\/\/)/.exec(own.url)?.[0]
    if (!protocols.some((each) => each === own.protocol)) delete own.protocol
  }
  const schema: FieldSchema = record(kind.fields, kind.rules)
  const known = [...Object.keys(kind.fields), ...others]
  applySchema(schema, own, (at, text, fields) => {
    const key = String(at.at(-1) ?? '')
    if (at.length === 1 && fields) {
      report([...path, ...at], `${kind.one} has no field ${key}`, nearest(key, known) ?? `one of ${known.join(', ')}`)
    } else {
      const instead = fields ? sayKnown(key, fields) : sayInstead(at, text)
      report([...path, ...at], `${[kind.one, ...at].join('.').replace(/^an? /, '')} ${text}`, instead)
    }
  })
}

/** Fields that may be shown in messages; keys and secrets may not. */
export const shownFields: readonly string[] = [
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
  const name = shownFields.map((field) => values[field]).find((value) => typeof value === 'string')
  return `${kind.one.replace(/^an? /, '')} ${name ?? 'without a name'}`
}
