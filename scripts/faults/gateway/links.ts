// Faults of the other ways between a gateway and what it works with: each is slow, or cut in the middle.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cable } from '../../testing/cable.ts'

/** Thirty times, at moments of no pattern. */
export function cutOften(cable: Cable, pauseMillis = 37) {
  return async (): Promise<void> => {
    for (let times = 0; times < 30; times += 1) {
      await sleep(pauseMillis + times)
      cable.cut()
    }
  }
}

/** There and back takes so long. */
export function slowDown(cable: Cable, millis: number) {
  return async (): Promise<void> => {
    cable.slow(millis / 2)
    await sleep(5000)
    cable.slow(0)
  }
}
