// The second half of a message: what the writer probably meant, or what would be right.

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
  return best !== undefined && best.far <= Math.max(2, word.length / 3) ? best.each : undefined
}

/** Turns what is wrong with a value into what to write. */
export function sayInstead(path: readonly (string | number)[], text: string): string {
  const key = path.findLast((step) => typeof step === 'string') ?? ''
  const write = key === '' ? '' : `${key}: `
  if (text === 'is required' || text.startsWith('needs '))
    return text === 'is required' ? `${write}…` : text.replace(/^needs /, '')
  if (text.startsWith('must not be set')) return `nothing: leave ${key} out`
  if (text.startsWith('must be ')) return `${write}<${text.slice('must be '.length)}>`
  if (text === 'is not a known field') return `nothing: leave ${key} out`
  return `${write}<it ${text}>`
}
