// Tells auth servers the limits of plans: when they are known, when they change, and every hour. Calls never wait for it.

import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { createMachineToken } from '../machine-token.ts'
import { askAuthServer } from '../tracing/ask-auth-server.ts'
import type { KnownLimits } from './known-limits.ts'
import { type PlanLimitsReport, reportsOf } from './reports.ts'

/** Kong starts instances one after the other: what they have in common is told once. */
const GATHER_MILLIS = 500
const EVERY_MILLIS = 3_600_000
const FIRST_BACKOFF_MILLIS = 5000
const MAX_BACKOFF_MILLIS = 600_000
const PATIENCE_MILLIS = 10_000
const SCOPE = 'limits:write'

interface Surroundings {
  readonly knownLimits: KnownLimits
  readonly clock: Clock
  readonly log: Logger
}

/** Starts telling. @param node what this plugin server is called, the same after a restart */
export function reportPlanLimits({ knownLimits, clock, log }: Surroundings, node: string): { close(): void } {
  const ending = new AbortController()
  const told = new Map<string, { readonly body: string; readonly at: number }>()
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let dueAt = 0
  let telling = false

  /** The earlier of two times holds: a change that comes while others are told does not wait for the next hour. */
  function schedule(millis: number): void {
    const at = clock.monotonic() + millis
    if (ending.signal.aborted || (timer && dueAt <= at)) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(() => void tellAll(), millis).unref()
  }

  async function tellAll(): Promise<void> {
    timer = undefined
    if (telling) return schedule(GATHER_MILLIS)
    telling = true
    const failed = await tellEach().finally(() => {
      telling = false
    })
    failures = failed ? failures + 1 : 0
    schedule(failed ? Math.min(MAX_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS * 2 ** (failures - 1)) : EVERY_MILLIS)
  }

  /** @returns whether something failed; nothing that happens in here ends the plugin server */
  async function tellEach(): Promise<boolean> {
    let failed = false
    try {
      for (const report of reportsOf(knownLimits, node)) if (!(await tellOne(report))) failed = true
      return failed
    } catch (error) {
      noteFailure(error)
      return true
    }
  }

  async function tellOne(report: PlanLimitsReport): Promise<boolean> {
    const { to, issuer, body } = report
    const before = told.get(to)
    if (before?.body === body && clock.monotonic() - before.at < EVERY_MILLIS / 2) return true
    try {
      await tell(report, clock, ending.signal)
      told.set(to, { body, at: clock.monotonic() })
      log.info({ issuer }, 'the limits of plans are told')
      return true
    } catch (error) {
      noteFailure(error, issuer)
      return false
    }
  }

  function noteFailure(error: unknown, issuer?: string): void {
    if (ending.signal.aborted) return
    log[failures === 0 ? 'warn' : 'debug'](
      { issuer, err: error },
      'the limits of plans were not told; calls are not affected. Trying again',
    )
  }

  knownLimits.onChange(() => schedule(GATHER_MILLIS))
  schedule(GATHER_MILLIS)
  return {
    close() {
      ending.abort()
      clearTimeout(timer)
    },
  }
}

async function tell({ issuer, access, body }: PlanLimitsReport, clock: Clock, ending: AbortSignal): Promise<void> {
  const { tokenUrl, clientId, clientSecret } = access
  const about = { tokenUrl, clientId, scope: SCOPE, resource: `${issuer}/revocations` }
  const signal = AbortSignal.any([ending, AbortSignal.timeout(PATIENCE_MILLIS)])
  const token = await createMachineToken(about, clientSecret, clock).fetch(signal)
  const response = await askAuthServer('tell the limits of plans', new URL('plan-limits', access.url), {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
    redirect: 'error',
    signal,
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`the auth server answered ${response.status}`)
}
