// Kong's side of the plugin server's protocol: on a connection one question at a time, or one event with its PDK calls.
import { connect, type Socket } from 'node:net'
import { type Call, type Return, rpcCall, rpcReturn } from '../../src/protocol/calls.ts'
import { readFrame } from '../../src/protocol/codec.ts'
import { FrameWriter } from '../../src/protocol/frame-writer.ts'
import { createFrameReader, FrameError } from '../../src/protocol/frames.ts'

/** The plugin server cannot be reached, does not answer in time, or asked for what there is not. */
export class RpcError extends Error {}

/** The plugin server ended the connection before its answer: "closed" in Kong's log. */
export class RpcClosed extends RpcError {}

/** It did, and said why. */
export class RpcRefusal extends RpcClosed {}

/**
 * Answers one PDK call with one frame.
 * @returns false when the request was answered: Kong does not come back to the plugin then
 */
export type PdkCaller = (name: string, argument: Buffer, out: FrameWriter) => boolean

type Command = Omit<Call, 'sequence'>

/** Takes the frames that arrive, strictly one after the other. Without a result the connection is given up. */
type Dialogue<Result> = Generator<undefined, Result | undefined, Buffer>

function* readReturn(sequence: number): Dialogue<Return> {
  const returned = readFrame(rpcReturn, yield)
  if (returned.sequence !== sequence) throw new FrameError('the answer to another call')
  return returned
}

function* serveEvent(sequence: number, pdk: PdkCaller, out: FrameWriter): Dialogue<Return> {
  for (let name = (yield).toString(); name !== ''; name = (yield).toString()) {
    if (!pdk(name, yield, out)) return undefined
  }
  return yield* readReturn(sequence)
}

interface Running {
  /** Returns whether that was the last frame. */
  readonly take: (frame: Buffer) => boolean
  readonly reject: (error: unknown) => void
}

/** One connection to the plugin server. */
class Connection {
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

  run<Result>(sequence: number, command: Command, dialogue: Dialogue<Result>): Promise<Result | undefined> {
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

/** Calls to one plugin server; connections are opened as needed and kept for the next call. */
export class PluginClient {
  readonly #path: string
  readonly #readTimeoutMillis: number
  readonly #idle: Connection[] = []
  readonly #all = new Set<Connection>()
  #sequence = 0

  /** @param readTimeoutMillis how long to wait for the next frame: nginx's `lua_socket_read_timeout`. */
  constructor(path: string, readTimeoutMillis: number) {
    this.#path = path
    this.#readTimeoutMillis = readTimeoutMillis
  }

  #open(): Connection {
    const connection = new Connection(this.#path, this.#readTimeoutMillis, () => this.#all.delete(connection))
    this.#all.add(connection)
    return connection
  }

  async #run<Result>(
    command: Command,
    dialogue: (sequence: number, out: FrameWriter) => Dialogue<Result>,
  ): Promise<Result | undefined> {
    let connection = this.#idle.pop()
    while (connection?.closed === true) connection = this.#idle.pop()
    connection ??= this.#open()
    this.#sequence = (this.#sequence % 0x7fff_ffff) + 1
    try {
      return await connection.run(this.#sequence, command, dialogue(this.#sequence, connection.out))
    } finally {
      if (!connection.closed) this.#idle.push(connection)
    }
  }

  /** Asks one question. @throws RpcError, FrameError */
  async call(command: Command): Promise<Return> {
    return (await this.#run(command, readReturn)) ?? {}
  }

  /**
   * Runs one phase of an instance; `pdk` answers what the plugin asks for meanwhile.
   * @throws RpcError, FrameError, and what `pdk` throws
   */
  async event(instanceId: number, phase: string, pdk: PdkCaller): Promise<void> {
    const command = { cmd_handle_event: { instance_id: instanceId, event_name: phase } }
    await this.#run(command, (sequence, out) => serveEvent(sequence, pdk, out))
  }

  close(): void {
    for (const connection of this.#all) connection.fail(new RpcError('the gateway is closing'))
  }
}
