// Walks through a list, page by page.
import type { CallOptions } from './methods.ts'

interface PageOf<Item> {
  readonly items: readonly Item[]
  /** The cursor of the page after it; null on the last one. */
  readonly next: string | null
}

type ListMethod<Input, Item> = (input: Input, options?: CallOptions) => Promise<PageOf<Item>>

/**
 * Every item of a list: `for await (const person of each(client.people.list, { status: 'active' }))`. The options hold for
 * each page.
 */
export async function* each<Input extends { cursor?: string } | undefined, Item>(
  list: ListMethod<Input, Item>,
  input: NonNullable<Input>,
  options?: CallOptions,
): AsyncGenerator<Item, void, undefined> {
  const seen = new Set<string>()
  for (let cursor: string | null | undefined = input.cursor; cursor !== null; ) {
    const page: PageOf<Item> = await list({ ...input, ...(cursor !== undefined && { cursor }) }, options)
    yield* page.items
    cursor = page.next
    if (cursor === null) return
    if (seen.has(cursor)) throw new Error('The list does not come to an end')
    seen.add(cursor)
  }
}
