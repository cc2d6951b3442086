// What one entity says of another: references that lead nowhere, and names that two share.
import { isRecord } from '@mobile-api-gateway/kong-plugins/gateway/config/source.ts'
import { type Entity, nameOf, SHOWN_FIELDS } from './document.ts'
import type { ReportProblem } from './problem.ts'
import { nearest } from './suggest.ts'

/** Fills in what entities refer to, and reports what is not there. */
export function resolveReferences(entities: readonly Entity[], report: ReportProblem): void {
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
      const value = entity.values[field]
      if (value === undefined || value === null) continue
      const path = [...entity.path, field]
      const key = isRecord(value) ? value.id : value
      const found = typeof key === 'string' ? byKey.get(`${target} ${key}`) : undefined
      if (isRecord(value) && value.id === undefined) {
        report(
          path,
          `${field} must be a name or an id`,
          `${field}: ${typeof value.name === 'string' ? value.name : '…'}`,
        )
      } else if (entity.parent?.field === field && found !== entity.parent.entity) {
        report(path, `this ${nameOf(entity)} stands inside a ${field} and names another`, `nothing: leave ${field} out`)
      } else if (found !== undefined) entity.refers.set(field, found)
      else {
        const names = [...byKey.keys()]
          .filter((each) => each.startsWith(`${target} `))
          .map((each) => each.slice(target.length + 1))
        const near = nearest(String(key), names)
        const instead = near ?? (names.length === 0 ? `an entry in ${target}` : names.slice(0, 5).join(', '))
        report(path, `there is no ${field} called ${String(key)} in ${target}`, `${field}: ${instead}`)
      }
    }
    for (const field of entity.kind.owners) {
      if (entity.refers.has(field) || (entity.values[field] !== undefined && entity.values[field] !== null)) continue
      report(entity.path, `this ${nameOf(entity)} belongs to no ${field}`, `${field}: … or put it into its ${field}`)
    }
  }
}

/** Names, ids and keys that may be there once only, and plugins configured twice in one place. */
export function findDuplicates(entities: readonly Entity[], report: ReportProblem): void {
  const seen = new Map<string, Entity>()
  const numbers = new Map(entities.map((entity, index) => [entity, index]))
  const claim = (
    key: string,
    entity: Entity,
    path: readonly (string | number)[],
    what: string,
    instead: string,
  ): void => {
    const first = seen.get(key)
    if (first === undefined) seen.set(key, entity)
    else report(path, `${what}, as has the one before`, instead)
  }
  for (const entity of entities) {
    for (const field of entity.kind.unique) {
      const value = entity.values[field]
      if (typeof value !== 'string') continue
      const what = `this ${nameOf(entity)} has the ${field}${SHOWN_FIELDS.includes(field) ? ` ${value}` : ''}`
      claim(`${entity.list} ${field} ${value}`, entity, [...entity.path, field], what, `another ${field}`)
    }
    const fields = entity.kind.sameness
    if (fields.length === 0) continue
    const parts = fields.map((field) => {
      const target = entity.refers.get(field)
      return target === undefined ? entity.values[field] : numbers.get(target)
    })
    const what = `this ${nameOf(entity)} has its place`
    claim(
      JSON.stringify([entity.list, ...parts]),
      entity,
      entity.path,
      what,
      'one of the two, with the settings of both',
    )
  }
}
