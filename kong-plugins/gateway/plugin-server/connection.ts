// One connection to the plugin server: a dialogue at a time, given up where it goes wrong.
import { connect, type Socket } from 'node:net'
import { type RpcCall, rpcCall } from '../../src/protocol/calls.ts'
import { FrameWriter } from '../../src/protocol/frame-writer.ts'
import { createFrameReader, FrameError } from '../../src/protocol/frames.ts'

/** The plugin server cannot be reached, does not answer in time, or asked for what there is not. */
export class RpcError extends Error {}

/** The plugin server ended the connection before its answer: "closed" in Kong's log. */
export class RpcClosed extends RpcError {}

/** It did, and said why. */
export class RpcRefusal extends RpcClosed {}

/** What is asked. */
export type RpcCommand = Omit<RpcCall, 'sequence'>

/** Takes the frames that arrive, strictly one after the other. Without a result the connection is given up. */
export type Dialogue<Result> = Generator<undefined, Result | undefined, Buffer>

interface Running {
  /** Returns whether that was the last frame. */
  readonly take: (frame: Buffer) => boolean
  readonly reject: (error: unknown) => void
}

/** One connection to the plugin server. */
export class PluginConnection {
  readonly #socket: Socket
  readonly #frames = createFrameReader()
  readonly #readTimeoutMillis: number
  #running: Running | undefined
  readonly out = new FrameWriter()
  closed = false

  constructor(path: string, readTimeoutMillis: number, onClose: () => void) {
    this.#readTimeoutMillis = readTimeoutMillis
    this.#socket = connect({ path })
    this.#socket.unref()
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('timeout', () => this.fail(new RpcError('timeout')))
    this.#socket.on('error', (error) => this.fail(new RpcError(error.message)))
    // As soon as the other side has ended: what is idle is not used again, as nginx does with connections it keeps.
    this.#socket.on('end', () => this.#failClosed())
    this.#socket.on('close', () => {
      this.#failClosed()
      onClose()
    })
  }

  run<Result>(sequence: number, command: RpcCommand, dialogue: Dialogue<Result>): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      const take = (frame: Buffer): boolean => {
        const step = dialogue.next(frame)
        if (step.done !== true) return false
        if (step.value === undefined) this.#giveUp()
        resolve(step.value)
        return true
      }
      dialogue.next()
      this.#running = { take, reject }
      this.#socket.ref()
      this.#socket.setTimeout(this.#readTimeoutMillis)
      this.out.add(rpcCall.write, { sequence, ...command })
      this.#socket.write(this.out.take())
    })
  }

  #receive(chunk: Buffer): void {
    try {
      for (const frame of this.#frames.read(chunk)) {
        if (this.#running === undefined) throw new FrameError('a frame that nobody waits for')
        if (this.#running.take(frame)) this.#rest()
        if (this.closed) return
      }
      const answers = this.out.take()
      if (answers.length > 0) this.#socket.write(answers)
    } catch (error) {
      this.fail(error)
    }
  }

  #rest(): void {
    this.#running = undefined
    this.#socket.setTimeout(0)
    this.#socket.unref()
  }

  #giveUp(): void {
    this.closed = true
    this.#socket.destroy()
  }

  #failClosed(): void {
    const reason = this.#frames.refusal
    this.fail(reason === '' ? new RpcClosed('closed') : new RpcRefusal(reason))
  }

  fail(error: unknown): void {
    this.#giveUp()
    this.#running?.reject(error)
    this.#rest()
  }
}
