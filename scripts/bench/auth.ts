// npm run bench -- auth: what the authorization server costs, beside npm's oidc-provider on the same PostgreSQL.
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { type MeasuredOperation, measure, measureMedian } from './auth/measure.ts'
import { OPERATIONS as BOTH } from './auth/operations.ts'
import { OWN_OPERATIONS } from './auth/own-operations.ts'
import { startParties } from './auth/parties.ts'
import type { BenchParty } from './auth/party.ts'
import { countsFrom } from './options.ts'
import { interleaved, median } from './rounds.ts'

export const USAGE = `npm run bench -- auth [--pairs 5] [--seconds 4] [--callers 16] [--only OPERATION]

Operations per second, latency, and processor time, transactions and WAL per operation, of this project's authorization
server and of npm's oidc-provider (compare-and-swap adapter, prepared statements, static clients), on one PostgreSQL and
the same Node: client_credentials, refresh with rotation, code flow with a session, introspection. Every answer is
looked at; pairs go forwards and backwards in turn; medians, and the ratio of ours to theirs. Everything, callers
included, runs on this machine: ratios tell more than figures. Ours is also asked for the tokens of a device, and for a
first login, which hashes a password.
`

const OPERATIONS = [...BOTH, ...OWN_OPERATIONS]

interface Options {
  readonly pairs: number
  readonly seconds: number
  readonly callers: number
  readonly only: string | undefined
}

/** Runs the benchmark and prints what it found. @throws {Error} when an answer was not what it should be */
export async function benchAuth(args: readonly string[], print: (line: string) => void): Promise<void> {
  const options = readOptions(args)
  const operations = OPERATIONS.filter(({ name }) => options.only === undefined || name.startsWith(options.only))
  if (operations.length === 0)
    throw new UsageError(`--only is the beginning of one of: ${OPERATIONS.map(({ name }) => name).join(', ')}.`)
  const [processor] = cpus()
  print(`${availableParallelism()} cores (${processor?.model ?? process.arch}), Node ${process.versions.node}`)
  print(`${options.pairs} pairs of ${options.seconds} s per operation, ${options.callers} callers`)
  const { parties, postgres, stop } = await startParties()
  try {
    for (const operation of operations) {
      const asked = parties.filter(({ name }) => name === (operation.only ?? name))
      const found = new Map<BenchParty, MeasuredOperation[]>(asked.map((party) => [party, []]))
      // One more, of a second, which warms both up and is not counted.
      for (const party of asked) await measureMedian(party, operation, { ...options, seconds: 1 })
      for (const party of interleaved(asked, options.pairs).flat())
        found.get(party)?.push(await measure(party, operation, postgres, options))
      print('')
      for (const line of report(operation.name, [...found])) print(line)
    }
  } finally {
    await stop()
  }
}

/** What is shown of each measurement, with its unit and digits. */
const FIGURES: readonly (readonly [figure: keyof MeasuredOperation, title: string, digits: number])[] = [
  ['perSecond', 'per second', 0],
  ['p50Millis', 'p50 ms', 1],
  ['p99Millis', 'p99 ms', 1],
  ['serverCpuMillis', 'server CPU ms', 2],
  ['postgresCpuMillis', 'PostgreSQL CPU ms', 2],
  ['transactions', 'transactions', 1],
  ['walBytes', 'WAL bytes', 0],
]

/** A table of one operation: medians of each party, and, of two, the ratio of the first to the second. */
export function report(
  operation: string,
  found: readonly (readonly [Pick<BenchParty, 'name'>, readonly MeasuredOperation[]])[],
): string[] {
  const medians = found.map(
    ([, rounds]) =>
      (figure: keyof MeasuredOperation) =>
        median(rounds.map((round) => round[figure])),
  )
  const [ours, theirs] = medians
  const ratio = (figure: keyof MeasuredOperation) => (ours && theirs ? (ours(figure) / theirs(figure)).toFixed(2) : '–')
  const rows = [
    [operation, ...FIGURES.map(([, title]) => title)],
    ...found.map(([{ name }], index) => [
      name,
      ...FIGURES.map(([figure, , digits]) => medians[index]?.(figure).toFixed(digits) ?? ''),
    ]),
    ...(theirs ? [['ratio', ...FIGURES.map(([figure]) => ratio(figure))]] : []),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(24) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** @throws {UsageError} when an option makes no sense */
function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pairs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      callers: { type: 'string', default: '16' },
      only: { type: 'string' },
    },
  })
  const { only, ...counts } = values
  const count = countsFrom(counts)
  return { pairs: count('pairs'), seconds: count('seconds'), callers: count('callers'), only }
}
