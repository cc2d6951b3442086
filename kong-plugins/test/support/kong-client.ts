// Plays Kong towards a plugin server: its wire protocol, and the few PDK calls our plugins make, answered from a made-up request.
import { connect, type Socket } from 'node:net'
import { Packr } from 'msgpackr'
import { createMessageDecoder } from '../../src/server/frames.ts'

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
  /** Called before each PDK call is answered. */
  readonly onCall?: (method: string, args: readonly unknown[]) => unknown
}

/** How results travel where they have a type of their own (kong/runloop/plugin_servers/rpc/mp_rpc.lua). */
const STEPS: Readonly<Record<string, string>> = {
  'kong.request.get_headers': 'plugin.StepMultiMap',
  'kong.client.load_consumer': 'plugin.StepConsumer',
  'kong.client.authenticate': 'plugin.StepCredential',
}

/** What became of it in one plugin. */
export interface Outcome {
  /** `passed` = Kong goes on to the next plugin and the backend; `failed` = RPC error, on which Kong goes on, too. */
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

/** As Kong sends: plain MessagePack, in its short forms. */
const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true })

/** An answer as it came over the wire. */
export interface Answer {
  readonly error: unknown
  readonly result: unknown
}

/** One connection. Kong never has two calls in flight on it; neither may callers of this. */
export class KongClient {
  readonly socket: Socket
  #nextId = 1
  #waiting: ((message: unknown) => void) | undefined
  #failed: ((cause: Error) => void) | undefined

  constructor(path: string) {
    const decode = createMessageDecoder()
    this.socket = connect(path)
    this.socket.on('data', (chunk) => {
      for (const message of decode(chunk)) this.#waiting?.(message)
    })
    this.socket.on('error', (cause) => this.#failed?.(cause))
    this.socket.on('close', () => this.#failed?.(new Error('connection closed')))
  }

  /** Sends one request and waits for its answer. */
  async call(method: string, argument: unknown): Promise<Answer> {
    const id = this.#nextId++
    const message = await this.exchange(packr.pack([0, id, method, [argument]]))
    if (!Array.isArray(message)) throw new Error('not an answer')
    const [type, answered, error, result]: unknown[] = message
    if (type !== 1 || answered !== id || message.length !== 4) throw new Error(`not the answer to ${id}`)
    return { error, result }
  }

  /** Sends bytes as they are and waits for one message. */
  exchange(bytes: Buffer): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting = resolve
      this.#failed = reject
      this.socket.write(bytes)
    })
  }

  /** Starts an instance and returns its id. */
  async start(plugin: string, config: unknown): Promise<number> {
    const { error, result } = await this.call('plugin.StartInstance', { Name: plugin, Config: JSON.stringify(config) })
    if (typeof error === 'string') throw new Error(error)
    return number(property(result, 'Id'))
  }

  /** Runs the access phase, answering the plugin's PDK calls like Kong. */
  async access(instanceId: number, request: KongRequest): Promise<Outcome> {
    const requestHeaders: Record<string, string | null> = {}
    const responseHeaders: Record<string, string> = {}
    const calls: string[] = []
    const seen = { requestHeaders, responseHeaders, calls }
    const shared = request.shared ?? {}
    const pdk: Record<string, (...args: unknown[]) => unknown> = {
      'kong.request.get_header': (name) => request.headers?.[String(name).toLowerCase()],
      'kong.request.get_method': () => request.method ?? 'GET',
      'kong.nginx.get_var': (name) =>
        name === 'request'
          ? `${request.method ?? 'GET'} ${request.target ?? '/mobile/echo'} HTTP/1.1`
          : request.headers?.[
              String(name)
                .replace(/^http_/, '')
                .replaceAll('_', '-')
            ],
      'kong.client.get_forwarded_ip': () => request.address ?? '192.0.2.1',
      'kong.client.load_consumer': (name) => request.consumers?.find(({ username }) => username === name),
      'kong.ctx.shared.get': (key) => shared[String(key)],
      'kong.ctx.shared.set': (key, value) => {
        shared[String(key)] = value
      },
      'kong.service.request.set_headers': (headers) => {
        for (const [name, value] of Object.entries(headers ?? {}))
          requestHeaders[name] = Array.isArray(value) && value.length === 0 ? null : value
      },
      'kong.response.set_headers': (headers) => Object.assign(responseHeaders, headers),
    }

    let answer = await this.call('plugin.HandleEvent', { InstanceId: instanceId, EventName: 'access' })
    while (true) {
      if (answer.error !== null) return { kind: 'failed', error: String(answer.error), ...seen }
      const data = property(answer.result, 'Data')
      if (data === 'ret') return { kind: 'passed', ...seen }
      const method = String(property(data, 'Method'))
      const args = property(data, 'Args')
      if (!Array.isArray(args)) throw new Error('arguments are not a list')
      calls.push(method)
      await request.onCall?.(method, args)
      if (method === 'kong.response.exit') {
        const [status, body, headers] = args
        return { kind: 'exited', status, body, headers, ...seen }
      }
      const returned = pdk[method]?.(...args)
      const reads = method.includes('.get') || method.includes('.load')
      const step = STEPS[method] ?? 'plugin.Step'
      const EventId = number(property(answer.result, 'EventId'))
      // A nil result has no Data key in Lua.
      answer = await this.call(step, reads && returned !== undefined ? { EventId, Data: returned } : { EventId })
    }
  }

  close(): void {
    this.socket.destroy()
  }
}

/** A property of something that came over the wire. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new Error('not a number')
  return value
}
