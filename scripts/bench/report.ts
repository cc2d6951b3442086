// What a run found, as text: a table of medians, and how the targets fare.
import type { Measured } from './load.ts'
import { median } from './rounds.ts'

/** One measurement of one candidate. Processor time in microseconds per request, where the system tells it. */
export interface Round extends Measured {
  readonly gatewayCpuUs: number | undefined
  readonly pluginsCpuUs: number | undefined
}

/** A candidate, and all its rounds. */
export interface Result {
  readonly name: string
  readonly title: string
  readonly rounds: readonly Round[]
}

/** Least ratio of requests per second that one candidate should reach, measured against another. */
export interface TargetRatio {
  readonly of: string
  readonly against: string
  readonly atLeast: number
}

/** What mobile-gateway, guard and limit headers included, should reach. */
export const TARGETS: readonly TargetRatio[] = [
  { of: 'gateway', against: 'bundled', atLeast: 5 },
  { of: 'gateway', against: 'bare', atLeast: 0.33 },
  { of: 'gateway', against: 'beside', atLeast: 0.33 },
]

interface Row {
  readonly name: string
  readonly title: string
  readonly requestsPerSecond: number
  readonly cells: readonly string[]
}

/** The table and the targets, one line each. */
export function report(results: readonly Result[], targets: readonly TargetRatio[] = TARGETS): string[] {
  const bare = results.find(({ name }) => name === 'bare')
  const bareRate = bare && median(bare.rounds.map((round) => round.requestsPerSecond))
  const rows = results.map((result) => rowOf(result, bareRate))
  const head = ['route', 'requests/s', 'of bare', 'p50 ms', 'p99 ms', 'gateway µs', 'plugins µs', 'rounds, requests/s']
  return [
    ...table([head, ...rows.map(({ cells }) => cells)]),
    '',
    ...targets.flatMap((target) => verdict(target, rows)),
  ]
}

function rowOf({ name, title, rounds }: Result, bareRate: number | undefined): Row {
  const of = (read: (round: Round) => number | undefined): number | undefined => {
    const values = rounds.map(read).filter((value) => value !== undefined)
    return values.length === 0 ? undefined : median(values)
  }
  const requestsPerSecond = of((round) => round.requestsPerSecond) ?? 0
  const cells = [
    title,
    requestsPerSecond.toFixed(0),
    bareRate === undefined ? '' : (requestsPerSecond / bareRate).toFixed(2),
    of((round) => round.p50Millis)?.toFixed(1) ?? '',
    of((round) => round.p99Millis)?.toFixed(1) ?? '',
    of((round) => round.gatewayCpuUs)?.toFixed(0) ?? '–',
    of((round) => round.pluginsCpuUs)?.toFixed(0) ?? '–',
    rounds.map((round) => round.requestsPerSecond.toFixed(0)).join(' '),
  ]
  return { name, title, requestsPerSecond, cells }
}

function verdict({ of, against, atLeast }: TargetRatio, rows: readonly Row[]): string[] {
  const [one, other] = [of, against].map((name) => rows.find((row) => row.name === name))
  if (!one || !other) return []
  const ratio = one.requestsPerSecond / other.requestsPerSecond
  const word = ratio >= atLeast ? 'met' : 'NOT met'
  return [`${one.title} / ${other.title}: ${ratio.toFixed(2)}, target at least ${atLeast}: ${word}`]
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  // the first and the last column hold words, the others numbers
  const cell = (text: string, column: number): string =>
    column === 0 || column === widths.length - 1 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return rows.map((row) => row.map(cell).join('  ').trimEnd())
}
