// What the benchmark of growth promises, and the lines that say whether it holds.
import { median } from '../rounds.ts'

/** What is promised. */
export const BOUNDS = {
  ratio: 1.2,
  startMillis: 2000,
  idleMegabytes: 256,
  usedMegabytes: 400,
  statementMillis: 1000,
} as const

/** A line of the table: medians of the rounds' medians, and their ratio against the bound. */
export function reportOperation(name: string, [small, large]: readonly [readonly number[], readonly number[]]): string {
  const [few, many] = [median(small), median(large)]
  const ratio = many / few
  const cells = [few, many, ratio].map((figure) => figure.toFixed(2).padStart(8)).join('')
  return `${name.padEnd(26)}${cells}, ${target('at most', BOUNDS.ratio, ratio <= BOUNDS.ratio)}`
}

/** A line about a process; `megabytes` undefined where the system does not tell. */
export function reportMemory(
  name: string,
  megabytes: number | undefined,
  bound: number = BOUNDS.idleMegabytes,
): string {
  if (megabytes === undefined) return `idle memory of ${name}: not known on this system`
  return `idle memory of ${name}: ${megabytes.toFixed(0)} MB, ${target('below', bound, megabytes < bound)}`
}

/** A bound, and whether it is kept. */
export function target(side: string, bound: number, holds: boolean): string {
  return `target ${side} ${bound}: ${holds ? 'met' : 'NOT met'}`
}
