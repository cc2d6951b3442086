// What is handed to another process goes in parts: a line that held everything would keep all else waiting.

/** Entries of one part. */
const PART_SIZE = 2000

/** The same entries, some at a time. */
export function* inParts<Item>(items: readonly Item[]): Iterable<readonly Item[]> {
  for (let at = 0; at < items.length; at += PART_SIZE) yield items.slice(at, at + PART_SIZE)
}
