// All connections from Kong: what is done to each of them while the path changes hands.
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Connection, type ConnectionContext } from './connection.ts'

/** The connections that are open. */
export class Connections {
  readonly #open = new Map<Socket, Connection>()
  readonly #context: ConnectionContext
  readonly #onEmpty: () => void

  /** @param onEmpty called each time that the last one is gone */
  constructor(context: ConnectionContext, onEmpty: () => void) {
    this.#context = context
    this.#onEmpty = onEmpty
  }

  get size(): number {
    return this.#open.size
  }

  /** Serves a socket. */
  add(socket: Socket): Connection {
    const connection = new Connection(socket, this.#context)
    this.#open.set(socket, connection)
    socket.on('close', () => {
      this.#open.delete(socket)
      if (this.#open.size === 0) this.#onEmpty()
    })
    return connection
  }

  get(socket: Socket): Connection | undefined {
    return this.#open.get(socket)
  }

  [Symbol.iterator](): IterableIterator<[Socket, Connection]> {
    return this.#open.entries()
  }

  /** Resolves when the events that run now are over, or when that takes too long. */
  async settled(withinMillis: number): Promise<void> {
    const { events } = this.#context.server
    const running = [...events]
    const deadline = performance.now() + withinMillis
    while (running.some((event) => events.has(event)) && performance.now() < deadline) await delay(2)
  }

  /** Ends all, and breaks off those that Kong does not close in time. */
  async finish(withinMillis: number): Promise<void> {
    const closed = [...this.#open.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    for (const connection of this.#open.values()) connection.finish()
    const impatience = setTimeout(() => {
      for (const socket of this.#open.keys()) socket.destroy()
    }, withinMillis)
    await Promise.all(closed)
    clearTimeout(impatience)
  }
}
