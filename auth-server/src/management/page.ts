// Pages of lists: by the key of the last row that was told, so that rows that come and go between two pages move none. Pure.
import { invalid } from './refusals.ts'

const DEFAULT_LIMIT = 50

/** What of a list is asked for. */
export interface PageAsked {
  readonly limit: number
  /** For the query: one row more than is told says whether there is another page. */
  readonly oneMore: Readonly<{ after: string | undefined; limit: number }>
}

/** @throws {HttpProblem} 400 when the cursor is none of ours */
export function readPage({ cursor, limit = DEFAULT_LIMIT }: Readonly<{ cursor?: string; limit?: number }>): PageAsked {
  return { limit, oneMore: { after: cursor === undefined ? undefined : readCursor(cursor), limit: limit + 1 } }
}

function readCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString()
  if (cursorOf(key) !== cursor || !/^[\x20-\x7e]+$/.test(key)) throw invalid('cursor')
  return key
}

function cursorOf(key: string): string {
  return Buffer.from(key).toString('base64url')
}

/**
 * @param rows as they were found, one more than asked for where there is another page
 * @param keyOf the key that the list is sorted by
 */
export function toPage<Found, Item>(
  { limit }: PageAsked,
  rows: readonly Found[],
  keyOf: (row: Found) => string,
  show: (row: Found) => Item,
): { items: Item[]; next: string | null } {
  const told = rows.slice(0, limit)
  const last = told.at(-1)
  return { items: told.map(show), next: rows.length > limit && last !== undefined ? cursorOf(keyOf(last)) : null }
}
