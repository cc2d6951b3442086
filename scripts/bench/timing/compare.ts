// Whether two lists of times can be told apart: by their medians, and by how often one of the first is longer than one of the second.
import { median } from '../rounds.ts'

/** What two lists have to say. */
export interface TimeComparison {
  readonly differenceMillis: number
  /** How likely a time of the first is longer than one of the second: 0.5 tells nothing. */
  readonly longer: number
  /** The same as a number of standard deviations from 0.5 (Mann-Whitney): chance alone stays below 2 in 95 of 100. */
  readonly z: number
}

/** Beyond it chance is no explanation, also where a run compares a dozen pairs. */
const CERTAIN_Z = 3.5

export function compareTimes(first: readonly number[], second: readonly number[]): TimeComparison {
  const [n, m] = [first.length, second.length]
  const longer = sum(first.map((a) => sum(second.map((b) => (a > b ? 1 : a === b ? 0.5 : 0))))) / (n * m)
  const z = (longer - 0.5) / Math.sqrt((n + m + 1) / (12 * n * m))
  return { differenceMillis: median(first) - median(second), longer, z }
}

/** In words. */
export function isToldApart({ z }: Pick<TimeComparison, 'z'>): string {
  return Math.abs(z) > CERTAIN_Z ? 'TOLD APART' : 'not told apart'
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
