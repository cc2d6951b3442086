// The order of a comparison: every candidate in each round, forwards and backwards in turn, so that drift hits all alike.

/** `[a, b, c], [c, b, a], [a, b, c] …`: a machine that slows down, or warms up, favours nobody. */
export function interleaved<T>(candidates: readonly T[], rounds: number): T[][] {
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? [...candidates] : candidates.toReversed()))
}

/** The middle one; of an even number the mean of the two in the middle. @throws {Error} when there is none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  if (low === undefined || high === undefined) throw new Error('no values')
  return (low + high) / 2
}
