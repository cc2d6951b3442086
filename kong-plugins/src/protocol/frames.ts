// Frames on the socket between Kong and its plugins: a length (four bytes, least significant first), then that many bytes.

/** Longest frame taken, in bytes; the largest real one starts an instance with its config. */
export const MAX_FRAME_BYTES = 1024 * 1024
/** Of the length in front of each frame. */
export const LENGTH_BYTES = 4

/** What arrived cannot be read, now or with more bytes to come. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/** Reads one connection. */
export interface FrameReader {
  /**
   * Takes a chunk, cut wherever the socket liked, and returns the frames that are complete: views of the chunk.
   * @throws {FrameError} when a frame says that it is too long
   */
  read(chunk: Buffer): Buffer[]
  /** The reason, where what came ends in a refusal: a frame that lacks its last byte and nothing else. Otherwise `''`. */
  readonly refusal: string
  /** The beginning of a frame that is not complete. */
  readonly rest: Buffer
}

const NOTHING: Buffer = Buffer.alloc(0)

/** A frame with its length in front. */
export function framed(frame: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(frame.length)
  return Buffer.concat([length, frame])
}

/** Creates the reader of one connection. */
export function createFrameReader(): FrameReader {
  let rest = NOTHING
  return {
    read(chunk) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      const frames: Buffer[] = []
      let start = 0
      while (start + LENGTH_BYTES <= bytes.length) {
        const end = start + LENGTH_BYTES + bytes.readUInt32LE(start)
        if (end - start > LENGTH_BYTES + MAX_FRAME_BYTES)
          throw new FrameError(`a frame of more than ${MAX_FRAME_BYTES} bytes`)
        if (end > bytes.length) break
        frames.push(bytes.subarray(start + LENGTH_BYTES, end))
        start = end
      }
      rest = start < bytes.length ? bytes.subarray(start) : NOTHING
      return frames
    },
    get rest() {
      return rest
    },
    get refusal() {
      const text = rest.subarray(LENGTH_BYTES)
      return text.length > 0 && rest.readUInt32LE(0) === text.length + 1 ? text.toString() : ''
    },
  }
}
