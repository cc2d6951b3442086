// Collects frames for a socket, so that several leave in one write.
import { PbfWriter } from 'pbf'
import { LENGTH_BYTES } from './frames.ts'

/** Writes a value as one Protocol Buffers message. */
export type Write<Value> = (value: Value, pbf: PbfWriter) => void

const ROOM_BYTES = 1024

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
