// The table of running events: begun by Kong, continued by its Steps, gone as soon as nothing more can come.
import { randomInt } from 'node:crypto'
import { createKong } from '../pdk/bridge.ts'
import type { Kong } from '../pdk/kong.ts'
import { Conversation, type Reply, type Words } from './conversation.ts'

/** What HandleEvent and the Step methods answer. */
export interface EventReply {
  readonly Data: Words
  readonly EventId: number
}

/** Sends an answer; see {@link Reply}. */
export type Answer = (reply: EventReply) => boolean

/** The table. */
export interface Events {
  /** Runs a handler. It must not fail: Kong would let the request through. */
  begin(handler: (kong: Kong) => Promise<void>, answer: Answer): void
  /** Goes on with what Kong answered. @throws Error when the event is unknown, or over */
  step(eventId: number, value: unknown, answer: Answer): void
  /** Drops events for which no Step came in time: Kong lost the request, or a PDK call failed there. */
  sweep(): void
  readonly size: number
}

/** Longer than any handler may take (2 s); Kong answers a PDK call within microseconds or never. */
export const MAX_EVENT_AGE_MS = 10_000
/** MessagePack's and Lua's numbers hold it without loss. */
const EVENT_IDS = 2 ** 32

interface Running {
  readonly talk: Conversation
  /** When Kong was last told something. */
  since: number
}

/** @param now milliseconds, monotonic */
export function createEvents(now: () => number): Events {
  const running = new Map<number, Running>() // who was told something longest ago comes first
  // A Step meant for a server that has died must not meet an event of its successor.
  let lastId = randomInt(EVENT_IDS)

  const toKong =
    (eventId: number, answer: Answer): Reply =>
    (words) =>
      answer({ Data: words, EventId: eventId })

  return {
    begin(handler, answer) {
      lastId = (lastId + 1) % EVENT_IDS
      const eventId = lastId
      const talk = new Conversation(toKong(eventId, answer), () => running.delete(eventId))
      running.set(eventId, { talk, since: now() })
      const done = (): void => talk.say('ret')
      handler(createKong(talk.call)).then(done, done)
    },
    step(eventId, value, answer) {
      const event = running.get(eventId)
      if (!event) throw new Error(`event id ${eventId} not found`)
      running.delete(eventId)
      event.since = now()
      running.set(eventId, event)
      event.talk.answer(value, toKong(eventId, answer))
    },
    sweep() {
      for (const [eventId, { since }] of running) {
        if (now() - since < MAX_EVENT_AGE_MS) return
        running.delete(eventId)
      }
    },
    get size() {
      return running.size
    },
  }
}
