// The job that empties the outbox: each entry until it arrives or grows old, a few at once, nobody held up by others.
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import type { FastifyBaseLogger } from 'fastify'
import {
  noteAnswer,
  type OutboxEntry,
  type OutboxKind,
  type OutboxPace,
  removeEntry,
  takeDueEntries,
} from '../store/tables/outbox.ts'
import type { DeliveryOutcome, DeliveryTools } from './kind.ts'
import { DELIVERY_KINDS } from './kinds.ts'

/** Deliveries under way at once; each takes a socket for at most its time limit. */
const AT_ONCE = 16
/** While some are under way, others may fall due. */
const LOOK_AGAIN_MILLIS = 1000

const PACES: readonly OutboxPace[] = paces()

function paces(): OutboxPace[] {
  const kinds = Object.keys(DELIVERY_KINDS).filter(isKind)
  return kinds.map((kind) => ({ kind, perReceiver: DELIVERY_KINDS[kind].perReceiver, ...DELIVERY_KINDS[kind].retries }))
}
function isKind(name: string): name is OutboxKind {
  return Object.hasOwn(DELIVERY_KINDS, name)
}

/** Sends everything that is due. @param signal aborts what is under way; what was aborted is sent again later. */
export async function sendDueEntries(
  tools: DeliveryTools,
  log: FastifyBaseLogger,
  signal?: AbortSignal,
): Promise<void> {
  // Delivery → its receiver.
  const underWay = new Map<Promise<void>, string>()
  try {
    while (!signal?.aborted) {
      const room = { total: AT_ONCE, busy: [...underWay.values()] }
      for (const entry of await takeDueEntries(tools.db, PACES, room)) {
        const delivery: Promise<void> = inSpan(`deliver ${entry.kind}`, {}, () => deliver(tools, log, entry, signal))
          .catch((error: unknown) => log.warn({ err: error, kind: entry.kind }, 'a delivery may be made twice'))
          .finally(() => underWay.delete(delivery))
        underWay.set(delivery, entry.receiver)
      }
      if (underWay.size === 0) return
      await firstOf(underWay.keys(), LOOK_AGAIN_MILLIS)
    }
  } finally {
    await Promise.all(underWay.keys())
  }
}

/** Waits until one of them has ended, or that many milliseconds. */
function firstOf(promises: Iterable<Promise<void>>, millis: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis)
    void Promise.race(promises).then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

async function deliver<Kind extends OutboxKind>(
  tools: DeliveryTools,
  log: FastifyBaseLogger,
  entry: OutboxEntry<Kind>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { id, kind, attempts } = entry
  const outcome = await DELIVERY_KINDS[kind]
    .send(tools, entry, signal)
    .catch((error: unknown): DeliveryOutcome => ({ kind: 'later', because: 'it failed', about: { err: error } }))
  const about = { kind, attempts, ...outcome.about }
  if (outcome.kind === 'later') {
    log.info(about, `a delivery waits for its next attempt: ${outcome.because}`)
    if (outcome.answer !== undefined) await noteAnswer(tools.db, id, outcome.answer)
    return
  }
  if (outcome.kind === 'refused') log.warn(about, `a delivery is given up: ${outcome.because}`)
  await removeEntry(tools.db, id)
}
