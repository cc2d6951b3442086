// What a plugin server and its successor say to each other, a line of JSON each: on a socket that their user alone can open.
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import type { ProofsRecord } from '../../stages/dpop/proof-memory.ts'
import type { CountsRecord } from '../../stages/quota/counts-record.ts'
import { WINDOWS } from '../../stages/quota/windows.ts'
import type { InstanceRecord } from '../instances.ts'

/** The first line of a connection says what it is for. Another version of what follows has another name. */
export const HAND_OVER = 'hand over, version 1'
/** From then on bytes of a connection from Kong. */
export const RELAY = 'relay'

/** Longer than any first line, in bytes: who sends more is none of us. */
const MAX_FIRST_LINE = 100

/** Reads the first line and pauses the socket, with what follows still in it; '' where there is none of ours. */
export function readFirstLine(socket: Socket, heard: (line: string) => void): void {
  let text = Buffer.of()
  socket.on('data', function read(chunk) {
    text = Buffer.concat([text, chunk])
    const end = text.indexOf('\n')
    if (end < 0 && text.length < MAX_FIRST_LINE) return
    socket.off('data', read)
    socket.pause()
    if (end + 1 < text.length) socket.unshift(text.subarray(end + 1))
    heard(text.subarray(0, Math.max(0, end)).toString())
  })
}

/** A line after the first. */
export type Message =
  | { readonly type: 'instance'; readonly record: InstanceRecord }
  /** Ids from here on were never given; what the sender lacks to be ready. */
  | { readonly type: 'introduced'; readonly nextId: number; readonly missing: readonly string[] }
  /** The successor is ready. */
  | { readonly type: 'take over' }
  | { readonly type: 'counts'; readonly record: CountsRecord }
  | { readonly type: 'proofs'; readonly record: ProofsRecord }
  /** Everything was said. */
  | { readonly type: 'yours' }
  /** The path is the successor's. */
  | { readonly type: 'taken over' }

/** The other process has ended the conversation, or itself. */
export class HungUp extends Error {
  override name = 'HungUp'

  constructor() {
    super('the other process hung up')
  }
}

/** Reads lines; ends with the connection. @throws {Error} for a line that is none of ours */
export async function* readMessages(socket: Socket): AsyncGenerator<Message, undefined> {
  for await (const line of createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }))
    yield asMessage(JSON.parse(line))
  return undefined
}

/** The next one. @throws {Error} when there is none, or another */
export async function nextOf<Type extends Message['type']>(
  messages: AsyncGenerator<Message, undefined>,
  ...types: readonly Type[]
): Promise<Extract<Message, { type: Type }>> {
  const { done, value } = await messages.next()
  if (done) throw new HungUp()
  if (!isOneOf(value, types)) throw new Error('an unexpected message of the other process')
  return value
}

function isOneOf<Type extends Message['type']>(
  message: Message,
  types: readonly Type[],
): message is Extract<Message, { type: Type }> {
  return types.some((type) => type === message.type)
}

/** Sends as many as the other side takes, and lets others run meanwhile. */
export async function sendMessages(socket: Socket, messages: Iterable<Message>): Promise<void> {
  for (const message of messages) {
    if (socket.destroyed) throw new HungUp()
    if (socket.write(`${JSON.stringify(message)}\n`)) continue
    await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), finished(socket).catch(() => {})])
  }
}

type Members = Readonly<Record<string, unknown>>

const READERS: Readonly<Record<string, (message: Members) => Message | undefined>> = {
  instance({ record }) {
    const { plugin, text, ids } = members(record)
    return typeof plugin === 'string' && typeof text === 'string' && isListOf(ids, isId)
      ? { type: 'instance', record: { plugin, text, ids } }
      : undefined
  },
  introduced: ({ nextId, missing }) =>
    isId(nextId) && isListOf(missing, isText) ? { type: 'introduced', nextId, missing } : undefined,
  'take over': () => ({ type: 'take over' }),
  counts({ record }) {
    const { window, startMs, counts, redis } = members(record)
    const name = WINDOWS.find(([known]) => known === window)?.[0]
    if (name === undefined || !isCount(startMs) || !isListOf(counts, isNamedCount)) return undefined
    if (redis !== undefined && !isText(redis)) return undefined
    return { type: 'counts', record: { window: name, startMs, counts, redis } }
  },
  proofs({ record }) {
    const { slice, until, digests } = members(record)
    return isCount(slice) && isCount(until) && isListOf(digests, isText)
      ? { type: 'proofs', record: { slice, until, digests } }
      : undefined
  },
  yours: () => ({ type: 'yours' }),
  'taken over': () => ({ type: 'taken over' }),
}

function asMessage(document: unknown): Message {
  const message = members(document)
  const { type } = message
  const read = typeof type === 'string' && Object.hasOwn(READERS, type) ? READERS[type]?.(message) : undefined
  if (!read) throw new Error('an unreadable message of the other process')
  return read
}

function members(value: unknown): Members {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is readonly Item[] {
  return Array.isArray(value) && value.every(isItem)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isId(value: unknown): value is number {
  return isCount(value) && Number.isInteger(value) && value < 2 ** 31
}

function isNamedCount(value: unknown): value is readonly [string, number] {
  return Array.isArray(value) && value.length === 2 && isText(value[0]) && isCount(value[1])
}
