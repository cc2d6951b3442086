// Ids for entities that have none in kong.yml.
import { createHash } from 'node:crypto'

/** An id that stays the same for the same entity, so that plugin instances survive a reload. */
export function stableId(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  const fields = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ]
  return fields.join('-')
}
