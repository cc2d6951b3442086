// Kong's side of the plugin server's protocol: MessagePack-RPC over a unix socket, one request per connection at a time.
import { connect, type Socket } from 'node:net'
import { Packr, UnpackrStream } from 'msgpackr'

const packr = new Packr({ useRecords: false })

/** The plugin server cannot be reached, does not answer in time, or answered with an error. */
export class RpcError extends Error {}

/** The plugin server answered, and its answer is an error. */
export class RpcRefusal extends RpcError {}

interface Pending {
  readonly id: number
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** One connection to the plugin server. */
class RpcConnection {
  readonly #socket: Socket
  #pending: Pending | undefined
  closed = false

  constructor(path: string, onClose: () => void) {
    this.#socket = connect({ path })
    this.#socket.unref()
    const reader = new UnpackrStream({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' })
    reader.on('data', (message: unknown) => this.#receive(message))
    reader.on('error', (error) => this.#fail(error))
    this.#socket.pipe(reader)
    this.#socket.on('error', (error) => this.#fail(error))
    // K: a connection that ends before the answer is "no data" in Kong's log.
    this.#socket.on('close', () => {
      this.#fail(new RpcError('no data'))
      onClose()
    })
  }

  call(id: number, method: string, args: unknown[], timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(new RpcError(`no data: ${method} took over ${timeoutMs} ms`)),
        timeoutMs,
      )
      this.#pending = { id, resolve, reject, timer }
      this.#socket.ref()
      this.#socket.write(packr.pack([0, id, method, args]))
    })
  }

  #settle(): Pending | undefined {
    const pending = this.#pending
    this.#pending = undefined
    if (pending !== undefined) clearTimeout(pending.timer)
    this.#socket.unref()
    return pending
  }

  #receive(message: unknown): void {
    const [kind, id, error, result]: unknown[] = Array.isArray(message) ? message : []
    if (kind === 2) return
    if (kind !== 1 || id !== this.#pending?.id) {
      this.#fail(new RpcError('unexpected RPC response'))
      return
    }
    const pending = this.#settle()
    if (error === undefined || error === null) pending?.resolve(result)
    else pending?.reject(new RpcRefusal(String(error)))
  }

  #fail(error: Error): void {
    this.closed = true
    this.#socket.destroy()
    this.#settle()?.reject(error instanceof RpcError ? error : new RpcError(error.message))
  }

  destroy(): void {
    this.#fail(new RpcError('the gateway is closing'))
  }
}

/** Calls to one plugin server; connections are opened as needed and kept for the next call. */
export class PluginClient {
  readonly #path: string
  readonly #readTimeoutMs: number
  readonly #idle: RpcConnection[] = []
  readonly #all = new Set<RpcConnection>()
  #lastId = 0

  /** @param readTimeoutMs how long to wait for an answer: nginx's `lua_socket_read_timeout`. */
  constructor(path: string, readTimeoutMs: number) {
    this.#path = path
    this.#readTimeoutMs = readTimeoutMs
  }

  #open(): RpcConnection {
    const connection = new RpcConnection(this.#path, () => this.#all.delete(connection))
    this.#all.add(connection)
    return connection
  }

  /** One remote call. @throws RpcError */
  async call(method: string, ...args: unknown[]): Promise<unknown> {
    let connection = this.#idle.pop()
    while (connection?.closed === true) connection = this.#idle.pop()
    connection ??= this.#open()
    this.#lastId = (this.#lastId + 1) % 0x7fff_ffff
    try {
      return await connection.call(this.#lastId, method, args, this.#readTimeoutMs)
    } finally {
      if (!connection.closed) this.#idle.push(connection)
    }
  }

  close(): void {
    for (const connection of this.#all) connection.destroy()
  }
}
