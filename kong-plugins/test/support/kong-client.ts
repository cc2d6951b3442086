// Plays Kong towards a plugin server: its wire protocol, and the few PDK calls our plugins make, answered from a made-up request.
import { connect, type Socket } from 'node:net'
import { type RpcCall, type RpcReturn, rpcCall, rpcReturn } from '../../src/protocol/calls.ts'
import { type Codec, readFrame } from '../../src/protocol/codec.ts'
import { FrameWriter } from '../../src/protocol/frame-writer.ts'
import { createFrameReader } from '../../src/protocol/frames.ts'
import type { PdkCall } from '../../src/protocol/pdk-call.ts'
import * as pdkCalls from '../../src/protocol/pdk-calls.ts'

/** What the made-up request holds. `shared` is Kong's `kong.ctx.shared`, changed by the plugins. */
export interface KongRequest {
  readonly method?: string
  /** As in the request line [/mobile/echo]. */
  readonly target?: string
  /** Where it comes from [192.0.2.1]. */
  readonly address?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Those of kong.yml. */
  readonly consumers?: readonly Readonly<Record<string, string>>[]
  readonly shared?: Record<string, unknown>
  /** Called before each PDK call is answered; `frame` is the argument as it came. */
  readonly onCall?: (name: string, argument: unknown, frame: Buffer) => unknown
}

/** What became of it in one plugin. */
export interface EventOutcome {
  /** `passed` = Kong goes on to the next plugin and the backend; `failed` = refused, on which Kong answers 500. */
  readonly kind: 'passed' | 'exited' | 'failed'
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly error?: string
  /** Headers for the backend that the plugin set; null = cleared. */
  readonly requestHeaders: Readonly<Record<string, string | null>>
  readonly responseHeaders: Readonly<Record<string, string>>
  /** PDK calls in order. */
  readonly calls: readonly string[]
}

/** The plugin server ended the connection. The message is the reason it gave, if any. */
export class ClosedByServer extends Error {}

/** One connection, opened anew when the server ended it. Kong never has two calls in flight on it; neither may callers of this. */
export class KongClient {
  readonly #path: string
  #socket: Socket
  #frames: Buffer[] = []
  #ended: Error | undefined
  #wake: () => void = () => {}
  #sequence = 0

  constructor(path: string) {
    this.#path = path
    this.#socket = this.#open()
  }

  get socket(): Socket {
    return this.#socket
  }

  #open(): Socket {
    const socket = connect(this.#path)
    const reader = createFrameReader()
    this.#frames = []
    this.#ended = undefined
    const end = (reason: string): void => {
      if (socket !== this.#socket) return
      this.#ended ??= new ClosedByServer(reason)
      this.#wake()
    }
    socket.on('data', (chunk) => {
      this.#frames.push(...reader.read(chunk))
      this.#wake()
    })
    socket.on('error', (cause) => end(cause.message))
    socket.on('close', () => end(reader.refusal || 'connection closed'))
    return socket
  }

  /** Sends bytes as they are. */
  write(bytes: Buffer): void {
    if (this.#ended) this.#socket = this.#open()
    this.#socket.write(bytes)
  }

  /** Sends a message in a frame. */
  send<Value>(codec: Codec<Value>, value: Value): void {
    const out = new FrameWriter()
    out.add(codec.write, value)
    this.write(out.take())
  }

  /** The next frame. @throws {ClosedByServer} */
  async frame(): Promise<Buffer> {
    while (true) {
      const frame = this.#frames.shift()
      if (frame) return frame
      if (this.#ended) throw this.#ended
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Sends one call and waits for its answer, which is all but the sequence. @throws {ClosedByServer} when it is refused */
  async call(call: Omit<RpcCall, 'sequence'>): Promise<Omit<RpcReturn, 'sequence'>> {
    this.begin(call)
    return this.answer()
  }

  /** Sends one call. */
  begin(call: Omit<RpcCall, 'sequence'>): void {
    this.#sequence += 1
    this.send(rpcCall, { ...call, sequence: this.#sequence })
  }

  /** The answer to the last call. @throws {ClosedByServer} */
  async answer(): Promise<Omit<RpcReturn, 'sequence'>> {
    const { sequence, ...answer } = readFrame(rpcReturn, await this.frame())
    if (sequence !== this.#sequence) throw new Error(`not the answer to ${this.#sequence}`)
    return answer
  }

  /** The next PDK call of an event; undefined when it is over. */
  async pdkCall(): Promise<{ readonly name: string; readonly argument: unknown; readonly frame: Buffer } | undefined> {
    const name = String(await this.frame())
    if (name === '') return undefined
    const frame = await this.frame()
    const argument = readFrame(pdkCall(name).argument, frame)
    return { name, argument: plain(Array.isArray(argument) ? argument[0] : argument), frame } // parts arrive as one
  }

  /** Starts an instance and returns its id. @throws {ClosedByServer} that says why not */
  async start(plugin: string, config: unknown): Promise<number> {
    const { instance_status } = await this.call({
      cmd_start_instance: { name: plugin, config: JSON.stringify(config) },
    })
    if (instance_status?.name !== plugin || instance_status.instance_id === undefined) throw new Error('no instance')
    return instance_status.instance_id
  }

  /** Runs the access phase, answering the plugin's PDK calls like Kong. */
  async access(instanceId: number, request: KongRequest): Promise<EventOutcome> {
    const requestHeaders: Record<string, string | null> = {}
    const responseHeaders: Record<string, string> = {}
    const calls: string[] = []
    const seen = { requestHeaders, responseHeaders, calls }
    const shared = request.shared ?? {}
    const pdk: Record<string, (argument: Table) => unknown> = {
      'kong.request.get_method': () => request.method ?? 'GET',
      'kong.client.get_forwarded_ip': () => request.address ?? '192.0.2.1',
      'kong.client.load_consumer': ({ id }) => request.consumers?.find(({ username }) => username === id) ?? {},
      'kong.ctx.shared.set': ({ k, v }) => {
        shared[String(k)] = v
      },
      'kong.service.request.set_headers': (headers) => {
        for (const [name, value] of Object.entries(headers))
          requestHeaders[name] = Array.isArray(value) && value.length === 0 ? null : String(value)
      },
      'kong.response.set_headers': (headers) => Object.assign(responseHeaders, headers),
    }
    const texts: Record<string, (name: string) => unknown> = {
      'kong.request.get_header': (name) => request.headers?.[name.toLowerCase()],
      'kong.nginx.get_var': (name) =>
        name === 'request'
          ? `${request.method ?? 'GET'} ${request.target ?? '/mobile/echo'} HTTP/1.1`
          : request.headers?.[name.replace(/^http_/, '').replaceAll('_', '-')],
      'kong.ctx.shared.get': (key) => shared[key],
    }

    try {
      this.begin({ cmd_handle_event: { instance_id: instanceId, event_name: 'access' } })
      for (let call = await this.pdkCall(); call; call = await this.pdkCall()) {
        const { name, argument, frame } = call
        // Of a call that is refused the log asks for its name, which is no part of the decision.
        if (argument !== 'kong_request_id') calls.push(name)
        await request.onCall?.(name, argument, frame)
        if (name === 'kong.response.exit') {
          this.#socket.destroy() // as Kong does when the request is over
          this.#ended = new ClosedByServer('exited')
          return { kind: 'exited', ...exitOf(argument), ...seen }
        }
        const result = typeof argument === 'string' ? texts[name]?.(argument) : pdk[name]?.(Object(argument))
        this.send(pdkCall(name).result, result)
      }
      await this.answer()
      return { kind: 'passed', ...seen }
    } catch (error) {
      if (error instanceof ClosedByServer) return { kind: 'failed', error: error.message, ...seen }
      throw error
    }
  }

  close(): void {
    this.#socket.destroy()
  }
}

type Table = Readonly<Record<string, unknown>>

/** With the prototypes that objects have elsewhere. */
function plain(value: unknown): unknown {
  return value === undefined ? value : JSON.parse(JSON.stringify(value))
}

const BY_NAME = new Map<string, PdkCall<unknown, unknown>>(Object.values(pdkCalls).map((call) => [call.name, call]))

function pdkCall(name: string): PdkCall<unknown, unknown> {
  const call = BY_NAME.get(name)
  if (!call) throw new Error(`Kong has no ${name}`)
  return call
}

/** A body that `exit` made of a record is shown as the record. */
function exitOf(argument: unknown): Pick<EventOutcome, 'status' | 'body' | 'headers'> {
  const { status, body, headers } = Object(argument)
  const { 'Content-Type': type, ...others } = headers
  return type === 'application/json; charset=utf-8'
    ? { status, body: JSON.parse(body), headers: others }
    : { status, body, headers }
}
