// Kong's side of the plugin server's protocol: on a connection one question at a time, or one event with its PDK calls.
import { type RpcReturn, rpcReturn } from '../../src/protocol/calls.ts'
import { readFrame } from '../../src/protocol/codec.ts'
import type { FrameWriter } from '../../src/protocol/frame-writer.ts'
import { FrameError } from '../../src/protocol/frames.ts'
import { type Dialogue, PluginConnection, type RpcCommand, RpcError } from './connection.ts'

/**
 * Answers one PDK call with one frame.
 * @returns false when the request was answered: Kong does not come back to the plugin then
 */
export type PdkCaller = (name: string, argument: Buffer, out: FrameWriter) => boolean

function* readReturn(sequence: number): Dialogue<RpcReturn> {
  const returned = readFrame(rpcReturn, yield)
  if (returned.sequence !== sequence) throw new FrameError('the answer to another call')
  return returned
}

function* serveEvent(sequence: number, pdk: PdkCaller, out: FrameWriter): Dialogue<RpcReturn> {
  for (let name = (yield).toString(); name !== ''; name = (yield).toString()) {
    if (!pdk(name, yield, out)) return undefined
  }
  return yield* readReturn(sequence)
}

/** Calls to one plugin server; connections are opened as needed and kept for the next call. */
export class PluginClient {
  readonly #path: string
  readonly #readTimeoutMillis: number
  readonly #idle: PluginConnection[] = []
  readonly #all = new Set<PluginConnection>()
  #sequence = 0

  /** @param readTimeoutMillis how long to wait for the next frame: nginx's `lua_socket_read_timeout`. */
  constructor(path: string, readTimeoutMillis: number) {
    this.#path = path
    this.#readTimeoutMillis = readTimeoutMillis
  }

  #open(): PluginConnection {
    const connection = new PluginConnection(this.#path, this.#readTimeoutMillis, () => this.#all.delete(connection))
    this.#all.add(connection)
    return connection
  }

  async #run<Result>(
    command: RpcCommand,
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

  /** Asks one question. @throws {RpcError}, FrameError */
  async call(command: RpcCommand): Promise<RpcReturn> {
    return (await this.#run(command, readReturn)) ?? {}
  }

  /**
   * Runs one phase of an instance; `pdk` answers what the plugin asks for meanwhile.
   * @throws {RpcError}, FrameError, and what `pdk` throws
   */
  async event(instanceId: number, phase: string, pdk: PdkCaller): Promise<void> {
    const command = { cmd_handle_event: { instance_id: instanceId, event_name: phase } }
    await this.#run(command, (sequence, out) => serveEvent(sequence, pdk, out))
  }

  close(): void {
    for (const connection of this.#all) connection.fail(new RpcError('the gateway is closing'))
  }
}
