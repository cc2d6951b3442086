// Does one fault to a gateway under load, and says what became of the calls.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { GatewayKind } from '../../stack/stack-options.ts'
import type { FaultReport } from '../report.ts'
import { startCallers } from './callers.ts'
import { judge } from './judge.ts'
import { type GatewaySite, startGatewaySite } from './site.ts'

/** Before and after the fault. */
const QUIET_MILLIS = 1500

/** Nothing that is promised takes as long. */
const MOST_MILLIS = 25_000

/** What can be broken around a gateway. */
export type GatewayPart =
  | 'redis'
  | 'plugin server'
  | 'gateway'
  | 'auth server'
  | 'way to the auth server'
  | 'backend'
  | 'client'

/** One kind of trouble. */
export interface GatewayFault {
  /** What is done, for the report. */
  readonly what: string
  readonly breaks: GatewayPart
  /**
   * Prepares, without load. @returns what breaks it, and mends what nothing mends by itself (a process is started again, as
   * its supervisor does)
   */
  readonly prepare: (site: GatewaySite) => Promise<() => Promise<void>>
  /** From the end of it until every phone works again. */
  readonly recoversWithinMillis: number
  /** Nothing is refused and nothing stays unanswered, not even meanwhile. */
  readonly losesNothing?: true
  /** Processes that count calls end without a word: what they had not told yet is lost. */
  readonly forgets?: true
  /** It is the way from the gateway to the plugin server that is broken. */
  readonly cablesPlugins?: true
  /** Why it cannot be done on this machine. */
  readonly missing?: string | undefined
}

export async function runGatewayFault(fault: GatewayFault, kind: GatewayKind): Promise<FaultReport> {
  const site = await startGatewaySite(kind, fault.cablesPlugins)
  try {
    const inject = await fault.prepare(site)
    const callers = await startCallers(site)
    await sleep(QUIET_MILLIS)
    const began = performance.now()
    const [endedAt] = await Promise.all([callers.endOne(), inject()])
    const mended = performance.now()
    await Promise.race([callers.allWorked(), sleep(MOST_MILLIS)])
    const recovered = performance.now()
    await sleep(QUIET_MILLIS)
    await callers.stop()
    await callers.useUp()
    // As it ends, it tells what it counted last.
    await site.stack.processes.plugins.stop()
    const usage = await readUsage(site.stack.databaseUrl)
    const notes = [...site.logged].slice(-20).map(([said, times]) => `logged ${times} times: ${said}`)
    return { ...judge(fault, { site, callers, began, mended, recovered, endedAt, usage }), notes }
  } finally {
    await site.stop()
  }
}

/** What the auth server was told of calls. */
export interface ToldUsage {
  readonly accepted: number
  readonly refused: number
}

async function readUsage(databaseUrl: string): Promise<ToldUsage> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const sums = 'select coalesce(sum(accepted), 0) as accepted, coalesce(sum(refused), 0) as refused from usage_hours'
    const [row] = (await client.query<{ accepted: string; refused: string }>(sums)).rows
    return { accepted: Number(row?.accepted), refused: Number(row?.refused) }
  } finally {
    await client.end()
  }
}
