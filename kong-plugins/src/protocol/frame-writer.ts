// Collects frames for a socket, so that several leave in one write.
import { PbfWriter } from 'pbf'
import { LENGTH_BYTES } from './frames.ts'

/** Writes a value as one Protocol Buffers message. */
export type Write<Value> = (value: Value, pbf: PbfWriter) => void

const ROOM_BYTES = 1024

/** LuaJIT 2.1: src/lj_str_hash.c, `hash_sparse_sse42` and `hash_128_above`. */
const HASHED_IN_PART_BYTES = 128
/** Number of a field that no message of Kong's has; Protocol Buffers skip what they do not know. */
const UNKNOWN_FIELD = 15
const FIXED32 = 5

/** The frames for one socket. */
export class FrameWriter {
  readonly #pbf = new PbfWriter(new Uint8Array(ROOM_BYTES))

  /** Adds a frame. @throws {Error} what `write` throws */
  add<Value>(write: Write<Value>, value: Value): void {
    const pbf = this.#pbf
    const start = pbf.pos
    pbf.writeFixed32(0)
    write(value, pbf)
    pbf.dataView.setUint32(start, pbf.pos - start - LENGTH_BYTES, true)
  }

  /**
   * Adds a frame of arguments. A long one ends in a number that Kong skips: LuaJIT makes a string of each frame, finds it
   * among all others by a hash of few of its bytes (for 128 and more: the last eight, and some of the first half), and
   * thousands of frames that differ elsewhere share one chain, which every new one is compared with from end to end.
   * @throws {Error} what `write` throws
   */
  addArguments<Value>(write: Write<Value>, value: Value): void {
    this.add((given, pbf) => {
      const start = pbf.pos
      write(given, pbf)
      if (pbf.pos - start < HASHED_IN_PART_BYTES) return
      pbf.writeTag(UNKNOWN_FIELD, FIXED32)
      pbf.writeFixed32(Math.trunc(Math.random() * 2 ** 32))
    }, value)
  }

  /** Adds what `add` adds, or nothing of it. @throws {Error} what it throws */
  allOrNothing(add: () => void): void {
    const start = this.#pbf.pos
    try {
      add()
    } catch (error) {
      this.#pbf.pos = start
      throw error
    }
  }

  /** Takes all that was added, in one piece of its own. */
  take(): Buffer {
    const { buf, pos } = this.#pbf
    this.#pbf.pos = 0
    return Buffer.from(buf.subarray(0, pos))
  }
}

/** A frame of ASCII and nothing else, which is how the PDK's functions are named. */
export function writeAscii(text: string, pbf: PbfWriter): void {
  pbf.realloc(text.length)
  for (let at = 0; at < text.length; at += 1) pbf.buf[pbf.pos++] = text.charCodeAt(at)
}

/** Bytes of a message that were made before. */
export function writeBytes(bytes: Uint8Array, pbf: PbfWriter): void {
  pbf.realloc(bytes.length)
  pbf.buf.set(bytes, pbf.pos)
  pbf.pos += bytes.length
}

/**
 * A refusal, after which the connection must end. Kong's protocol has no errors: to Kong a frame that is cut short means
 * `closed`, on which it starts the instance again or gives up; whoever looks at what came of the frame reads why.
 */
export function refusal(reason: string): Buffer {
  const text = Buffer.from(reason)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(text.length + 1)
  return Buffer.concat([length, text])
}
