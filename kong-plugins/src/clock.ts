// Time as the stages see it: handed in, so that tests can move it.

/** Two clocks, because one may be set and the other may not. */
export interface Clock {
  /** Milliseconds since 1970, UTC: what tokens and quota windows are measured by. */
  wall(): number
  /** Milliseconds of a clock that only moves forward: what cooldowns and ages are measured by. */
  monotonic(): number
}

/** The clocks of this machine. */
export const SYSTEM_CLOCK: Clock = { wall: () => Date.now(), monotonic: () => performance.now() }
