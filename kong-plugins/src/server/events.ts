// Keeps kong-pdk's table of running events clean: it forgets to remove all but the tidiest ones, and that is a leak.
import type { EventReply } from '../pdk/kong-pdk.ts'

/** PDK calls that Kong never answers: the request is over. */
const LAST_CALLS = new Set(['kong.response.exit', 'kong.response.error'])

/** Follows every event from HandleEvent to its end. */
export interface EventLedger {
  /** Notes a reply that goes to Kong; the event stays only if Kong will come back with a Step. */
  note(reply: EventReply, delivered: boolean): void
  /** Drops events for which no Step came in time: Kong lost the request, or a PDK call failed there. */
  sweep(): void
}

/** Longer than any handler may take (2 s); Kong answers a PDK call within microseconds or never. */
export const MAX_EVENT_AGE_MS = 10_000

/** @param events kong-pdk's own table; `now` in milliseconds, monotonic */
export function createEventLedger(events: Map<number, unknown>, now: () => number): EventLedger {
  const waitingSince = new Map<number, number>() // oldest first

  function drop(eventId: number): void {
    waitingSince.delete(eventId)
    events.delete(eventId)
  }

  return {
    note({ Data, EventId }, delivered) {
      waitingSince.delete(EventId)
      if (Data === 'ret' || LAST_CALLS.has(Data.Method) || !delivered) drop(EventId)
      else waitingSince.set(EventId, now())
    },
    sweep() {
      for (const [eventId, since] of waitingSince) {
        if (now() - since < MAX_EVENT_AGE_MS) return
        drop(eventId)
      }
    },
  }
}
