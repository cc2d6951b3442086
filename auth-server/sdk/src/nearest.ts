// What the writer of a misspelt name probably meant.

/** How many letters to change, at most, to get from one word to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The known word that is nearest; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((each) => ({ each, far: distance(word.toLowerCase(), each.toLowerCase()) }))
  const [best] = ranked.toSorted((a, b) => a.far - b.far)
  if (best !== undefined && best.far <= Math.max(2, word.length / 3)) return best.each
  // A part of one and of no other: max_staleness, for max_staleness_seconds.
  const longer = word.length < 4 ? [] : known.filter((each) => each.includes(word.toLowerCase()))
  return longer.length === 1 ? longer[0] : undefined
}
