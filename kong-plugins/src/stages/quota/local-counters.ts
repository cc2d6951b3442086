// Counts calls in the memory of this process: check and increment in one step, so that parallel calls stay exact.
import { inParts } from '../../parts.ts'
import { type Admission, admissionOf, type Counted } from './admission.ts'
import { type Call, type Count, countsOf } from './counters.ts'
import type { CountsRecord } from './counts-record.ts'
import { WINDOWS, type WindowName, windowStart } from './windows.ts'

/** Counters of this process. */
export interface LocalCounters {
  /** Not a promise on purpose: between the check and the increment no other call can run. `nowMillis` since 1970. */
  admit(call: Call, nowMillis: number): Admission
  /** What is counted at present; the window may be over. */
  recall(count: Count): { readonly startMs: number; readonly used: number }
  /** Takes over what was counted elsewhere. Counts of a window older than the present one are left out. */
  remember(count: Count, startMs: number, used: number): void
  /** All that is counted in the present windows, in parts. */
  records(nowMillis: number): Iterable<CountsRecord>
  /** Takes over what another process has counted for this one. */
  adopt(record: CountsRecord, nowMillis: number): void
  /** Names that are held, for all windows together. */
  readonly size: number
}

/**
 * Names per window that are kept for sure; at most twice as many are held, about 60 MB. With more callers than that in
 * one window, those who have not called for longest are forgotten and start afresh: refusing newcomers instead would
 * let anybody with many addresses lock everybody else out, and to be forgotten on purpose takes as many callers as this.
 */
const MAX_KEYS = 200_000

interface Window {
  startMs: number
  /** Calls by name, of those who called lately… */
  young: Map<string, number>
  /** …and before that. When `young` is full it takes this place: a cheap way of forgetting the least recent. */
  old: Map<string, number>
}

/** Creates empty counters. All names of a window end together, so the calls of a past window are dropped at once. */
export function createLocalCounters({ maxKeys = MAX_KEYS } = {}): LocalCounters {
  const windows: Readonly<Record<WindowName, Window>> = {
    second: emptyWindow(),
    minute: emptyWindow(),
    hour: emptyWindow(),
    day: emptyWindow(),
  }

  function write(window: Window, key: string, used: number): void {
    window.young.set(key, used)
    if (window.young.size < maxKeys) return
    window.old = window.young
    window.young = new Map()
  }

  function read(window: Window, key: string): number {
    const lately = window.young.get(key)
    if (lately !== undefined) return lately
    const before = window.old.get(key)
    if (before !== undefined) write(window, key, before) // asking counts as calling: who is refused must not be forgotten
    return before ?? 0
  }

  return {
    admit(call, nowMillis) {
      dropPast(windows, nowMillis)
      const counts = countsOf(call)
      const before = counts.map(({ rule, key }) => read(windows[rule.name], key))
      const admitted = counts.every(({ rule }, index) => (before[index] ?? 0) < rule.limit)
      const counted = counts.map(({ rule, key }, index): Counted => {
        const window = windows[rule.name]
        const used = (before[index] ?? 0) + (admitted ? 1 : 0)
        if (admitted) write(window, key, used)
        return { rule, startMs: window.startMs, used }
      })
      return admissionOf(admitted ? 'admitted' : 'exceeded', counted, nowMillis)
    },
    recall({ rule, key }) {
      const window = windows[rule.name]
      return { startMs: window.startMs, used: read(window, key) }
    },
    remember({ rule, key }, startMs, used) {
      dropPast(windows, startMs)
      const window = windows[rule.name]
      // Answers may overtake one another: the higher count is the later one.
      if (window.startMs === startMs) write(window, key, Math.max(used, read(window, key)))
    },
    *records(nowMillis) {
      dropPast(windows, nowMillis)
      for (const [name] of WINDOWS) {
        const { startMs, young, old } = windows[name]
        // Those who called lately come last: where there are too many, they are the ones to be remembered.
        const counts = [...[...old].filter(([key]) => !young.has(key)), ...young]
        for (const part of inParts(counts)) yield { window: name, startMs, counts: part }
      }
    },
    adopt({ window: name, startMs, counts }, nowMillis) {
      dropPast(windows, nowMillis)
      const window = windows[name]
      if (window.startMs !== startMs) return
      for (const [key, used] of counts) write(window, key, Math.max(used, read(window, key)))
    },
    get size() {
      return Object.values(windows).reduce((sum, { young, old }) => sum + young.size + old.size, 0)
    },
  }
}

function emptyWindow(startMs = 0): Window {
  return { startMs, young: new Map(), old: new Map() }
}

/** Begins a new window wherever one is over, also where nobody calls any more. */
function dropPast(windows: Readonly<Record<WindowName, Window>>, nowMillis: number): void {
  for (const [name, lengthMillis] of WINDOWS) {
    const startMs = windowStart(lengthMillis, nowMillis)
    const window = windows[name]
    // A clock that is set back a little must not hand out the same window twice; set back a lot, it starts afresh.
    const stillOpen = startMs <= window.startMs && window.startMs - startMs <= lengthMillis
    if (!stillOpen) Object.assign(window, emptyWindow(startMs))
  }
}
