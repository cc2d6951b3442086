// Does one fault to a site under load, and says what the phones saw of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { type FaultReport, inSeconds, percentile } from '../report.ts'
import { startPhones } from './phones.ts'
import { type FaultSite, type SiteWishes, startFaultSite } from './site.ts'

const PHONES = 8
/** Before and after the fault. */
const QUIET_MILLIS = 1500

/** One kind of trouble. */
export interface FaultKind {
  /** What is done, for the report. */
  readonly what: string
  readonly wishes?: SiteWishes
  /** Breaks, and mends what nothing mends by itself (a process is started again, as its supervisor does). */
  readonly inject: (site: FaultSite, prepared: () => Promise<void>) => Promise<void>
  /** Beforehand, without load. */
  readonly prepare?: (site: FaultSite) => Promise<() => Promise<void>>
  /** From the end of `inject` until every phone works again. */
  readonly recoversWithinMillis: number
  /** Nothing is refused and nothing stays unanswered, not even meanwhile. */
  readonly losesNothing?: true
  /** Why it cannot be done on this machine. */
  readonly missing?: string | undefined
}

export async function runFault(fault: FaultKind): Promise<FaultReport> {
  const site = await startFaultSite(fault.wishes ?? {})
  try {
    const prepared = (await fault.prepare?.(site)) ?? (async () => {})
    const phones = await startPhones(site.origin, PHONES)
    await sleep(QUIET_MILLIS)
    const before = percentile(phones.tally.millis.splice(0), 0.99)
    await fault.inject(site, prepared)
    const mended = performance.now()
    const meanwhile = percentile(phones.tally.millis, 0.99)
    await Promise.race([phones.allWorked(), sleep(fault.recoversWithinMillis * 4)])
    const recoveredMillis = performance.now() - mended
    await sleep(QUIET_MILLIS)
    await phones.stop()
    const { ok, refused, unanswered, wrong, longestGapMillis } = phones.tally
    const broken = [
      ...new Set(wrong),
      ...site.troubles.slice(0, 3).map((line) => line.slice(0, 2000)),
      ...(recoveredMillis > fault.recoversWithinMillis ? [`recovered only after ${inSeconds(recoveredMillis)}`] : []),
      ...(fault.losesNothing && refused + unanswered > 0 ? [`${refused + unanswered} requests did not go well`] : []),
    ]
    const line = `${ok} done, ${refused} refused (503), ${unanswered} without answer; nothing done for ${inSeconds(longestGapMillis)}; p99 of a refresh ${before.toFixed(0)} ms before, ${meanwhile.toFixed(0)} ms meanwhile; all at work ${inSeconds(recoveredMillis)} after it`
    return { line, broken }
  } finally {
    await site.stop()
  }
}
