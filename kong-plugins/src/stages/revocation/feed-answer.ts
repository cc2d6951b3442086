// One answer of the feed, read strictly: half of an answer, or one that we misread, would be a revocation missed.
import type { RevocationEvent } from './revoked-tokens.ts'

/** One page. `complete`: it ends where the feed ends. */
export interface FeedAnswer {
  readonly cursor: string
  readonly complete: boolean
  readonly events: readonly RevocationEvent[]
  /** Types of events that we do not know, of a server that is newer than this gateway. */
  readonly unknownTypes: readonly string[]
}

type Members = Readonly<Record<string, unknown>>

const READERS: Readonly<Record<string, (event: Members, exp: number) => RevocationEvent | undefined>> = {
  grant: ({ grant_id, issued_until }, exp) =>
    isText(grant_id) && (issued_until === undefined || isTime(issued_until))
      ? { type: 'grant', grantId: grant_id, issuedUntil: issued_until, exp }
      : undefined,
  client: ({ client_id, aud, issued_until }, exp) =>
    isText(client_id) && isTime(issued_until) && (aud === undefined || isText(aud))
      ? { type: 'client', clientId: client_id, audience: aud, issuedUntil: issued_until, exp }
      : undefined,
}

/** @throws {Error} when it is not an answer of the feed */
export function readFeedAnswer(document: unknown): FeedAnswer {
  if (!isObject(document)) throw new Error('the feed did not answer with an object')
  const { cursor, complete, events } = document
  if (!isText(cursor) || typeof complete !== 'boolean' || !Array.isArray(events))
    throw new Error('the feed answered without cursor, complete or events')
  const read: RevocationEvent[] = []
  const unknownTypes = new Set<string>()
  for (const event of events) {
    if (!isObject(event) || !isText(event.type) || !isTime(event.exp)) throw new Error('an event of the feed is broken')
    const reader = Object.hasOwn(READERS, event.type) ? READERS[event.type] : undefined
    const understood = reader?.(event, event.exp)
    if (understood) read.push(understood)
    else if (reader) throw new Error(`an event of type ${event.type} is broken`)
    else unknownTypes.add(event.type.slice(0, 40))
  }
  return { cursor, complete, events: read, unknownTypes: [...unknownTypes] }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 1000
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
