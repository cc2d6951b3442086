// Does one fault to a site under load, and says what the phones saw of it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultKind } from './faults.ts'
import { startPhones } from './phones.ts'
import { startFaultSite } from './site.ts'

const PHONES = 8
/** Before and after the fault. */
const QUIET_MILLIS = 1500

/** What became of it; nothing is `broken` where every promise held. */
export interface FaultReport {
  readonly line: string
  readonly broken: readonly string[]
}

export async function runFault(fault: FaultKind): Promise<FaultReport> {
  const site = await startFaultSite(fault.wishes ?? {})
  try {
    const prepared = (await fault.prepare?.(site)) ?? (async () => {})
    const phones = await startPhones(site.origin, PHONES)
    await sleep(QUIET_MILLIS)
    const before = slowest(phones.tally.millis.splice(0))
    await fault.inject(site, prepared)
    const mended = performance.now()
    const meanwhile = slowest(phones.tally.millis)
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
    if (fault.slowsAtMost !== undefined && meanwhile > before * fault.slowsAtMost)
      broken.push(`a refresh took ${(meanwhile / before).toFixed(1)} times as long (p99)`)
    const line = `${ok} done, ${refused} refused (503), ${unanswered} without answer; nothing done for ${inSeconds(longestGapMillis)}; p99 of a refresh ${before.toFixed(0)} ms before, ${meanwhile.toFixed(0)} ms meanwhile; all at work ${inSeconds(recoveredMillis)} after it`
    return { line, broken }
  } finally {
    await site.stop()
  }
}

function inSeconds(millis: number): string {
  return `${(millis / 1000).toFixed(1)} s`
}

/** p99. */
function slowest(millis: readonly number[]): number {
  return millis.toSorted((one, other) => one - other)[Math.floor(millis.length * 0.99)] ?? 0
}
