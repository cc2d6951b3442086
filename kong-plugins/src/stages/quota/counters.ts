// Counts calls in the memory of this process: check and increment in one step, so that parallel calls stay exact.
import { type Limits, secondsLeft, WINDOWS, type WindowName, windowStart } from './windows.ts'

/** State of one limited window after a call. */
export interface WindowState {
  readonly name: WindowName
  readonly limit: number
  readonly remaining: number
}

/** Whether the call is within its limits. `tightest` is the window with least left, of equals the one that lasts longest. */
export interface Admission {
  readonly kind: 'admitted' | 'exceeded'
  readonly windows: readonly WindowState[]
  readonly tightest: { readonly limit: number; readonly remaining: number; readonly resetSeconds: number }
}

/** Where calls are counted. Counters shared by several gateways may answer later. */
export interface Counters {
  /** Counts one call under `key` if every window allows it; a refused call is counted nowhere. */
  admit(key: string, limits: Limits, nowMs: number): Admission | Promise<Admission>
}

interface OpenWindow {
  startMs: number
  calls: Map<string, number>
}

/**
 * Counters of this process. All keys of a window end together, so the calls of a past window are dropped with its map;
 * what stays is one number per user, application and window of those who called with a valid token.
 */
export function createLocalCounters(): Counters {
  const open: Record<WindowName, OpenWindow> = {
    second: emptyWindow(0),
    minute: emptyWindow(0),
    hour: emptyWindow(0),
    day: emptyWindow(0),
  }

  return {
    // Not async on purpose: between the check and the increment no other call can run.
    admit(key, limits, nowMs) {
      const limited = WINDOWS.flatMap(([name, lengthMs]) => {
        const limit = limits[name]
        if (limit === undefined) return []
        const window = currentWindow(open, name, lengthMs, nowMs)
        return [{ name, lengthMs, limit, window, used: window.calls.get(key) ?? 0 }]
      })
      const admitted = limited.every(({ used, limit }) => used < limit)
      if (admitted) for (const { window, used } of limited) window.calls.set(key, used + 1)

      const states = limited.map(({ name, lengthMs, limit, window, used }) => ({
        name,
        limit,
        remaining: Math.max(0, limit - used - (admitted ? 1 : 0)),
        resetSeconds: secondsLeft(window.startMs, lengthMs, nowMs),
      }))
      return {
        kind: admitted ? 'admitted' : 'exceeded',
        windows: states.map(({ name, limit, remaining }) => ({ name, limit, remaining })),
        tightest: tightestOf(states),
      }
    },
  }
}

function emptyWindow(startMs: number): OpenWindow {
  return { startMs, calls: new Map() }
}

function currentWindow(
  open: Record<WindowName, OpenWindow>,
  name: WindowName,
  lengthMs: number,
  nowMs: number,
): OpenWindow {
  const startMs = windowStart(lengthMs, nowMs)
  const window = open[name]
  // A clock that is set back a little must not hand out the same window twice; set back a lot, it starts afresh.
  const stillOpen = startMs <= window.startMs && window.startMs - startMs <= lengthMs
  if (stillOpen) return window
  const next = emptyWindow(startMs)
  open[name] = next
  return next
}

type Timed = WindowState & { readonly resetSeconds: number }

/** Of the exhausted windows the last to end counts: calling again earlier would be refused again. */
function tightestOf(states: readonly Timed[]): Admission['tightest'] {
  const [first, ...rest] = states
  if (!first) throw new Error('limits without any window')
  const { limit, remaining, resetSeconds } = rest.reduce(
    (tightest, state) =>
      state.remaining < tightest.remaining ||
      (state.remaining === tightest.remaining && state.resetSeconds >= tightest.resetSeconds)
        ? state
        : tightest,
    first,
  )
  return { limit, remaining, resetSeconds }
}
