// Kong's wire format: MessagePack values one after another, without lengths, cut into chunks wherever the socket likes.
import { Unpackr } from 'msgpackr'

/** Longest message taken, in bytes; the largest real one is a StartInstance with its config. */
export const MAX_MESSAGE_BYTES = 1024 * 1024

/** What arrived cannot be read, now or with more bytes to come. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' })

/**
 * Creates the decoder of one connection: it is fed chunks and returns the messages that are complete.
 * A map key `__proto__` arrives as `__proto_` (msgpackr), an ordinary property.
 * @throws FrameError when the bytes are no MessagePack, or one message is too long
 */
export function createMessageDecoder(): (chunk: Buffer) => unknown[] {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const messages: unknown[] = []
    let end = 0
    try {
      unpackr.unpackMultiple(bytes, (message, _start, messageEnd) => {
        messages.push(message)
        end = messageEnd ?? bytes.length
      })
    } catch (cause) {
      if (!isIncomplete(cause)) throw new FrameError('not MessagePack', { cause })
    }
    rest = bytes.subarray(end)
    if (rest.length > MAX_MESSAGE_BYTES) throw new FrameError(`a message of more than ${MAX_MESSAGE_BYTES} bytes`)
    return messages
  }
}

function isIncomplete(cause: unknown): boolean {
  return cause instanceof Error && 'incomplete' in cause && cause.incomplete === true
}
