// What is said of a fault.

/** What became of it; nothing is `broken` where every promise held. */
export interface FaultReport {
  readonly line: string
  readonly broken: readonly string[]
  /** What to look at where something is broken. */
  readonly notes?: readonly string[]
}

/** Of durations: that of which so many were shorter, such as 0.99 of them. */
export function percentile(millis: readonly number[], part: number): number {
  return millis.toSorted((one, other) => one - other)[Math.floor(millis.length * part)] ?? 0
}

export function inSeconds(millis: number): string {
  return `${(millis / 1000).toFixed(1)} s`
}
