// One measurement: callers who ask side by side for some seconds, and what that cost the server and its database.
import pg from 'pg'
import type { Postgres } from '../../stack/postgres.ts'
import { cpuSeconds } from '../cpu.ts'
import { createCaller } from './http.ts'
import type { NextRequest, Operation } from './operations.ts'
import type { BenchParty } from './party.ts'

/** What one measurement found; costs are per operation. */
export interface MeasuredOperation {
  readonly perSecond: number
  readonly p50Millis: number
  readonly p99Millis: number
  readonly serverCpuMillis: number
  readonly postgresCpuMillis: number
  readonly transactions: number
  readonly walBytes: number
}

/** How long, and by how many at once. */
export interface OperationLoad {
  readonly callers: number
  readonly seconds: number
}

/** @throws {Error} when any answer was not what it should be */
export function measure(
  party: BenchParty,
  operation: Operation,
  postgres: Postgres,
  load: OperationLoad,
): Promise<MeasuredOperation> {
  return withCallers(party, operation, load.callers, async (asks) => {
    const before = await readCosts(party, postgres)
    const { millis, seconds } = await askFor(load.seconds, asks)
    const after = await readCosts(party, postgres)
    const per = (cost: keyof Costs) => (after[cost] - before[cost]) / millis.length
    return {
      perSecond: millis.length / seconds,
      p50Millis: percentile(millis, 0.5),
      p99Millis: percentile(millis, 0.99),
      serverCpuMillis: per('serverCpuMillis'),
      postgresCpuMillis: per('postgresCpuMillis'),
      transactions: per('transactions'),
      walBytes: per('walBytes'),
    }
  })
}

/** The median of latency alone, in less time. @throws {Error} when any answer was not what it should be */
export function measureMedian(party: BenchParty, operation: Operation, load: OperationLoad): Promise<number> {
  return withCallers(party, operation, load.callers, async (asks) =>
    percentile((await askFor(load.seconds, asks)).millis, 0.5),
  )
}

/** Prepares callers, has each ask once, and lets go of them afterwards. */
async function withCallers<T>(
  party: BenchParty,
  operation: Operation,
  count: number,
  work: (asks: readonly NextRequest[]) => Promise<T>,
): Promise<T> {
  const callers = Array.from({ length: count }, () => createCaller(party.origin))
  try {
    const asks: NextRequest[] = []
    for (const caller of callers) asks.push(await operation.prepare(party, caller))
    await Promise.all(asks.map((ask) => ask()))
    return await work(asks)
  } finally {
    for (const caller of callers) caller.close()
  }
}

/** All ask side by side, each again as soon as it has its answer. @returns latencies, the shortest first */
async function askFor(
  wanted: number,
  asks: readonly NextRequest[],
): Promise<Readonly<{ millis: readonly number[]; seconds: number }>> {
  const began = performance.now()
  const millis: number[] = []
  await Promise.all(
    asks.map(async (ask) => {
      while (performance.now() - began < wanted * 1000) {
        const asked = performance.now()
        await ask()
        millis.push(performance.now() - asked)
      }
    }),
  )
  return { millis: millis.toSorted((a, b) => a - b), seconds: (performance.now() - began) / 1000 }
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.floor(sorted.length * part)] ?? 0
}

interface Costs {
  readonly serverCpuMillis: number
  readonly postgresCpuMillis: number
  readonly transactions: number
  readonly walBytes: number
}

/** PostgreSQL's backends tell of their transactions within a second of the last one, so one is waited for. */
const STATISTICS_DELAY_MILLIS = 1100

async function readCosts(party: BenchParty, postgres: Postgres): Promise<Costs> {
  await new Promise((resolve) => setTimeout(resolve, STATISTICS_DELAY_MILLIS))
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select (xact_commit + xact_rollback)::float8 as transactions,
              pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as "walBytes"
       from pg_stat_database where datname = $1`,
      [party.database],
    )
    const [row]: Pick<Costs, 'transactions' | 'walBytes'>[] = rows
    if (!row) throw new Error(`no statistics of ${party.database}`)
    return {
      ...row,
      serverCpuMillis: (cpuSeconds(party.process.pid) ?? 0) * 1000,
      postgresCpuMillis: (cpuSeconds(postgres.pid) ?? 0) * 1000,
    }
  } finally {
    await client.end()
  }
}
