// Attempts, counted per key in fixed windows: after too many, the next one waits. In memory, bounded in size.

export type AttemptLimit = Readonly<{
  /** Seconds until this key may try again, 0 when it may now. */
  waitSeconds(key: string): number
  /** Counts an attempt. */
  note(key: string): void
}>

/**
 * @param attempts that a key may have within `windowSeconds`.
 * @param maxKeys remembered at once; beyond that the oldest window is forgotten.
 * @param now seconds of a clock that never goes back.
 */
export const limitAttempts = (
  attempts: number,
  windowSeconds: number,
  { maxKeys = 10_000, now = () => performance.now() / 1000 } = {},
): AttemptLimit => {
  // In the order in which windows began, so the first one is the oldest.
  const windows = new Map<string, { count: number; endsAt: number }>()
  const open = (key: string) => {
    const window = windows.get(key)
    return window && window.endsAt > now() ? window : undefined
  }
  return {
    waitSeconds(key) {
      const window = open(key)
      return window && window.count >= attempts ? Math.ceil(window.endsAt - now()) : 0
    },
    note(key) {
      const window = open(key)
      if (window) {
        window.count++
        return
      }
      windows.delete(key)
      const [oldest] = windows.keys()
      if (windows.size >= maxKeys && oldest !== undefined) windows.delete(oldest)
      windows.set(key, { count: 1, endsAt: now() + windowSeconds })
    },
  }
}
