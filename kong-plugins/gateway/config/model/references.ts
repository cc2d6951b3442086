// What one entity says of another: references that lead nowhere, and names that two share.
import { type Entity, nameOf } from './entity.ts'
import type { AddFinding } from './finding.ts'
import { isRecord } from './source.ts'

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Fills in what entities refer to, and tells what is not there. */
export function resolveReferences(entities: readonly Entity[], add: AddFinding): void {
  const byKey = new Map<string, Entity>()
  for (const entity of entities) {
    for (const field of entity.kind.keys) {
      const value = entity.values[field]
      if (typeof value === 'string' && !byKey.has(`${entity.list} ${value}`))
        byKey.set(`${entity.list} ${value}`, entity)
    }
  }
  for (const entity of entities) {
    if (entity.parent !== undefined) entity.refers.set(entity.parent.field, entity.parent.entity)
    for (const [field, target] of Object.entries(entity.kind.refers)) {
      if (isGiven(entity.values[field])) resolve(entity, field, target, byKey, add)
    }
    for (const field of entity.kind.owners) {
      if (entity.refers.has(field) || isGiven(entity.values[field])) continue
      add({ kind: 'owner', path: entity.path, entity, field })
    }
  }
}

function resolve(
  entity: Entity,
  field: string,
  target: string,
  byKey: ReadonlyMap<string, Entity>,
  add: AddFinding,
): void {
  const value = entity.values[field]
  const path = [...entity.path, field]
  const key = isRecord(value) ? value.id : value
  const found = typeof key === 'string' ? byKey.get(`${target} ${key}`) : undefined
  if (isRecord(value) && value.id === undefined) {
    const instead = `${field}: ${typeof value.name === 'string' ? value.name : '…'}`
    add({ kind: 'plain', path, text: `${field} must be a name or an id`, instead })
  } else if (entity.parent?.field === field && found !== entity.parent.entity) {
    const text = `this ${nameOf(entity)} stands inside a ${field} and names another`
    add({ kind: 'plain', path, text, instead: `nothing: leave ${field} out` })
  } else if (found !== undefined) entity.refers.set(field, found)
  else {
    const all = [...byKey.keys()].filter((each) => each.startsWith(`${target} `))
    const names = all.map((each) => each.slice(target.length + 1))
    add({ kind: 'reference', path, field, target, key: String(key), names })
  }
}

/** Names, ids and keys that may be there once only, and plugins configured twice in one place. */
export function findDuplicates(entities: readonly Entity[], add: AddFinding): void {
  const seen = new Set<string>()
  const numbers = new Map(entities.map((entity, index) => [entity, index]))
  const isFirst = (key: string): boolean => {
    const first = !seen.has(key)
    seen.add(key)
    return first
  }
  for (const entity of entities) {
    for (const field of entity.kind.unique) {
      const value = entity.values[field]
      if (typeof value !== 'string' || isFirst(`${entity.list} ${field} ${value}`)) continue
      add({ kind: 'twice', path: [...entity.path, field], entity, field })
    }
    const parts = entity.kind.sameness.map((field) => {
      const target = entity.refers.get(field)
      return target === undefined ? entity.values[field] : numbers.get(target)
    })
    if (parts.length === 0 || isFirst(JSON.stringify([entity.list, ...parts]))) continue
    add({ kind: 'twice', path: entity.path, entity })
  }
}
