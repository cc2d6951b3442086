// Every entity of a kong.yml, wherever it is nested.
import type { Entity } from './entity.ts'
import { completeFields } from './entity-fields.ts'
import type { AddFinding } from './finding.ts'
import { ENTITY_KINDS, type EntityKind, nestedLists } from './kinds.ts'
import { type ConfigSource, isRecord, type Path } from './source.ts'

/** Top-level names that are no lists of entities. */
export const DOCUMENT_FIELDS = ['_format_version', '_transform', '_comment', '_ignore']

/** Kong 3.9: db/schema/others/declarative_config.lua. Older formats are converted. */
const VERSIONS = ['1.1', '2.1', '3.0']

function checkDocument(root: Readonly<Record<string, unknown>>, add: AddFinding): void {
  const plain = (key: string, text: string, instead: string): void =>
    add({ kind: 'plain', path: [key], text: `${key} ${text}`, instead })
  const { _format_version: version, _comment: comment, _transform: transform } = root
  if (version === undefined) plain('_format_version', 'is missing', '_format_version: "3.0"')
  else if (!VERSIONS.some((each) => each === version)) {
    const texts = VERSIONS.map((each) => `"${each}"`).join(', ')
    plain('_format_version', `must be one of the texts ${texts}`, '_format_version: "3.0"')
  }
  if (typeof (comment ?? '') !== 'string') plain('_comment', 'must be a text', '_comment: "…"')
  if (typeof (transform ?? true) !== 'boolean') plain('_transform', 'must be true or false', '_transform: true')
}

/** Reads all entities, in the order of the file. */
export function readEntities({ root }: ConfigSource, add: AddFinding): Entity[] {
  if (!isRecord(root)) {
    const instead = '_format_version: "3.0" and lists such as services'
    add({ kind: 'plain', path: [], text: 'the file holds no mapping', instead })
    return []
  }
  checkDocument(root, add)
  const isOld = root._format_version !== '3.0'
  const entities: Entity[] = []
  for (const [key, value] of Object.entries(root)) {
    if (ENTITY_KINDS.has(key)) readList(key, value, [key], undefined)
    else if (!DOCUMENT_FIELDS.includes(key)) add({ kind: 'list', path: [key], name: key })
  }
  return entities

  function readList(list: string, value: unknown, path: Path, parent: Entity['parent']): void {
    const kind = ENTITY_KINDS.get(list)
    if (kind === undefined || value === null || value === undefined) return
    if (!Array.isArray(value)) {
      if (isRecord(value) && Object.keys(value).length === 0) return
      add({ kind: 'plain', path, text: `${list} must be a list`, instead: `${list}: [ … ]` })
      return
    }
    value.forEach((item: unknown, index) => {
      const at = [...path, index]
      if (isRecord(item)) readEntity(list, kind, item, at, parent)
      else add({ kind: 'plain', path: at, text: `${kind.one} must be a mapping`, instead: '- name: …' })
    })
  }

  function readEntity(
    list: string,
    kind: EntityKind,
    values: Record<string, unknown>,
    path: Path,
    parent: Entity['parent'],
  ): void {
    const fields: Record<string, unknown> = {}
    const entity: Entity = { list, kind, path, values, fields, parent, refers: new Map() }
    entities.push(entity)
    const nested = nestedLists(list)
    Object.assign(fields, completeFields(entity, [...nested.keys()], isOld, add))
    for (const [child, field] of nested) {
      if (values[child] !== undefined) readList(child, values[child], [...path, child], { field, entity })
    }
  }
}
