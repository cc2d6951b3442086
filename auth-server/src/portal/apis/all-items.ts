// Every item of a list of the management API, page after page, as far as a page of ours can show them.
import { HttpProblem } from '../../http/problem.ts'

interface ListPage<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

/** Ten thousand items: more than any installation has of what is asked for so, and an end where one has. */
const MAX_PAGES = 100

/** @param read one page of it */
export async function allItems<Item>(read: (cursor: string | undefined) => Promise<ListPage<Item>>): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items: more, next } = await read(cursor)
    items.push(...more)
    if (next === null) return items
    cursor = next
  }
  return items
}

/** The parameters of an address. @throws {HttpProblem} 404 */
export function idOf(params: unknown, name: string): string {
  const value = new Map<string, unknown>(Object.entries(Object(params))).get(name)
  if (typeof value !== 'string') throw new HttpProblem('not_found', 'there is nothing at this address', { status: 404 })
  return value
}
