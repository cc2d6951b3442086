// What the counters say of one call, in the form that headers and answers are made from.
import type { Rule } from './rules.ts'
import { secondsLeft, WINDOWS, type WindowName } from './windows.ts'

/** State of one limited window after a call. */
export interface WindowState {
  readonly name: WindowName
  readonly limit: number
  readonly remaining: number
}

/**
 * Whether the call is within its limits. Where the caller and the application are limited in the same window, the one
 * with less left is shown. `tightest` is the window with least left, of equals the one that lasts longest.
 */
export interface Admission {
  readonly kind: 'admitted' | 'exceeded'
  readonly windows: readonly WindowState[]
  readonly tightest: {
    readonly scope: Rule['scope']
    readonly limit: number
    readonly remaining: number
    readonly resetSeconds: number
  }
}

/** A rule, the window it was applied to, and the calls counted in it, this one included if it was admitted. */
export interface Counted {
  readonly rule: Rule
  readonly startMs: number
  readonly used: number
}

type State = WindowState & Admission['tightest']

/** Pure: sums up what was counted. @throws {Error} when nothing was, for then nothing is limited */
export function admissionOf(kind: Admission['kind'], counted: readonly Counted[], nowMillis: number): Admission {
  const states = counted.map(
    ({ rule: { scope, name, lengthMillis, limit }, startMs, used }): State => ({
      name,
      scope,
      limit,
      remaining: Math.max(0, limit - used),
      resetSeconds: secondsLeft(startMs, lengthMillis, nowMillis),
    }),
  )
  const shown = states.length === 1 ? states : WINDOWS.flatMap(([name]) => tightestOf(states, name) ?? [])
  const tightest = tightestOf(shown)
  if (!tightest) throw new Error('limits without any window')
  const { scope, limit, remaining, resetSeconds } = tightest
  return {
    kind,
    windows: shown.map((state) => ({ name: state.name, limit: state.limit, remaining: state.remaining })),
    tightest: { scope, limit, remaining, resetSeconds },
  }
}

/** Of the exhausted windows the last to end counts: calling again earlier would be refused again. */
function tightestOf(states: readonly State[], name?: WindowName): State | undefined {
  let tightest: State | undefined
  for (const state of states) {
    if (name !== undefined && state.name !== name) continue
    const tighter =
      !tightest ||
      state.remaining < tightest.remaining ||
      (state.remaining === tightest.remaining && state.resetSeconds > tightest.resetSeconds)
    if (tighter) tightest = state
  }
  return tightest
}
