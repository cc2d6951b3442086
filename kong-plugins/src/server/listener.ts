// The Unix socket that Kong connects to: taken over from whoever had it, given to whoever asks for it.
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Services } from '../services.ts'
import { createTroubleLog } from '../trouble-log.ts'
import type { Connection } from './connection.ts'
import { Connections } from './connections.ts'
import { HAND_OVER, RELAY, readFirstLine } from './hand-over/messages.ts'
import { type Estate, type Floor, handOver } from './hand-over/predecessor.ts'
import { createSeeOff } from './hand-over/see-off.ts'
import { takeOver } from './hand-over/successor.ts'
import type { KongServer } from './kong-server.ts'
import { BACKLOG, isAlive, lowerSystemLimit, peerPath, removeLeftovers, requirePlace } from './socket-file.ts'
import { bindPair, type SocketPair } from './socket-pair.ts'

/** A little longer than the deadline of a handler, in milliseconds. */
const CLOSE_WITHIN_MILLIS = 2500
/** For how long calls in progress may keep others waiting while the path changes hands, in milliseconds. */
const HOLD_WITHIN_MILLIS = 500
/** How often we look whether the files are still ours, in milliseconds. */
const LOOK_EVERY_MILLIS = 200

/**
 * Listens on a path, in the place of the server that does so already, if one does.
 * @throws {Error} when the path cannot be used
 */
export async function listen(path: string, server: KongServer, services: Services): Promise<Listener> {
  const { log } = services
  await requirePlace(path)
  await removeLeftovers(path)
  const limit = await lowerSystemLimit()
  if (limit !== undefined)
    log.warn({ somaxconn: limit, wanted: BACKLOG }, 'net.core.somaxconn is low: bursts of calls may get 500 from Kong')
  const listener = new Listener(path, { server, services })
  await listener.open()
  return listener
}

/** `held`: calls wait while a successor takes over; `passed on`: another server has the path. */
type Phase = 'open' | 'held' | 'passed on' | 'closed'

/** A listening plugin server. */
export class Listener implements Floor {
  readonly #path: string
  readonly #estate: Estate
  readonly #connections: Connections
  readonly #gone = Promise.withResolvers<void>()
  readonly #seeOff: (socket: Socket) => void
  #sockets: SocketPair | undefined
  #phase: Phase = 'open'
  /** Whether the server that has the path can be given connections. */
  #hasPeer = true
  #watch: NodeJS.Timeout | undefined
  #looking = Promise.resolve()

  constructor(path: string, estate: Estate) {
    const { log, clock } = estate.services
    this.#path = path
    this.#estate = estate
    const context = { server: estate.server, log, refusals: createTroubleLog(log, clock) }
    this.#connections = new Connections(context, () => this.#endIfPassedOn())
    // Those that our predecessor passes on, or ours with nobody to pass them on to; not those that our successor has by now.
    this.#seeOff = createSeeOff(this.#connections, () => this.#phase !== 'passed on' || !this.#hasPeer)
  }

  /** Resolves when another server has the path and the last connection is gone. */
  get replaced(): Promise<void> {
    return this.#gone.promise
  }

  /** Binds, and takes the path's place. @throws {Error} when the path cannot be used */
  async open(): Promise<void> {
    const { log } = this.#estate.services
    const handlers = { accept: (socket: Socket) => this.#accept(socket), meet: (socket: Socket) => this.#meet(socket) }
    const sockets = await bindPair(this.#path, handlers, log)
    this.#sockets = sockets
    if (await isAlive(this.#path)) await takeOver(this.#path, this.#estate, () => sockets.publish(), log)
    else await sockets.publish()
    this.#watch = setInterval(() => {
      this.#looking = this.#looking
        .then(() => this.#look(sockets))
        .catch((error: unknown) => log.error({ err: error }, 'the sockets were not looked after'))
    }, LOOK_EVERY_MILLIS)
  }

  /** Ends it: calls in progress are answered first (at most for {@link CLOSE_WITHIN_MILLIS}), the socket file is removed. */
  async close(): Promise<void> {
    clearInterval(this.#watch)
    await this.#looking
    // Whoever calls meanwhile is still served: the time without a server begins as late as possible.
    if (this.#phase === 'passed on') await Promise.race([this.replaced, delay(CLOSE_WITHIN_MILLIS)])
    else await this.#connections.settled(CLOSE_WITHIN_MILLIS)
    this.#phase = 'closed'
    await this.#sockets?.close()
    await this.#connections.finish(CLOSE_WITHIN_MILLIS)
  }

  isFree(): boolean {
    return this.#phase === 'open'
  }

  async isOurs(): Promise<boolean> {
    return (await this.#sockets?.state()) === 'ours'
  }

  async hold(): Promise<void> {
    this.#phase = 'held'
    for (const [, connection] of this.#connections) connection.hold()
    await this.#connections.settled(HOLD_WITHIN_MILLIS)
  }

  resume(): void {
    if (this.#phase === 'held') this.#phase = 'open'
    for (const [, connection] of this.#connections) connection.resume()
  }

  async passOn(): Promise<void> {
    const hasPeer = (await this.#sockets?.peerState()) === 'replaced'
    if (this.#phase === 'closed' || this.#phase === 'passed on') return
    this.#phase = 'passed on'
    this.#hasPeer = hasPeer
    const { size } = this.#connections
    this.#estate.services.log.info(
      { connections: size },
      'another plugin server has the path; calls are passed on to it',
    )
    this.#endIfPassedOn()
    for (const [socket, connection] of this.#connections) this.#sendAway(socket, connection)
    await this.#connections.settled(CLOSE_WITHIN_MILLIS)
  }

  #accept(socket: Socket): void {
    const connection = this.#connections.add(socket)
    if (this.#phase === 'held') connection.hold()
    if (this.#phase === 'passed on') this.#sendAway(socket, connection)
  }

  /** Somebody who is no Kong: a successor, or a connection that our predecessor passes on. */
  #meet(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    readFirstLine(socket, (firstLine) => {
      if (firstLine === HAND_OVER && this.isFree()) void handOver(socket, this.#estate, this, this.#estate.services.log)
      else if (firstLine === RELAY && this.#phase !== 'closed') {
        this.#accept(socket)
        this.#seeOff(socket)
        socket.resume()
      } else socket.destroy()
    })
  }

  #sendAway(socket: Socket, connection: Connection): void {
    if (this.#hasPeer) connection.passOn({ path: peerPath(this.#path), firstLine: RELAY })
    else this.#seeOff(socket)
  }

  #endIfPassedOn(): void {
    if (this.#phase === 'passed on' && this.#connections.size === 0) this.#gone.resolve()
  }

  async #look(sockets: SocketPair): Promise<void> {
    if (this.#phase !== 'open') return
    if ((await sockets.state()) === 'replaced') await this.passOn()
    else await sockets.repair()
  }
}
