// The windows that calls are counted in: fixed, aligned to UTC, the same for everybody.

/** Lengths in milliseconds, shortest first; the names are those of the config. */
export const WINDOWS = [
  ['second', 1000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
] as const

/** Name of a window. */
export type WindowName = (typeof WINDOWS)[number][0]

/** Start of the window that holds `nowMillis`, in milliseconds since 1970. */
export function windowStart(lengthMillis: number, nowMillis: number): number {
  return Math.floor(nowMillis / lengthMillis) * lengthMillis
}

/** Whole seconds until the window ends, at least 1. */
export function secondsLeft(startMs: number, lengthMillis: number, nowMillis: number): number {
  return Math.max(1, Math.ceil((startMs + lengthMillis - nowMillis) / 1000))
}
