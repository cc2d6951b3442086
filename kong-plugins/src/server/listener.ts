// The Unix socket that Kong connects to, readable by one group: taken over from whoever had it, given to whoever asks for it.
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Services } from '../services.ts'
import { createTroubleLog } from '../trouble-log.ts'
import { type Connection, serveConnection } from './connection.ts'
import { HAND_OVER, RELAY, readFirstLine } from './hand-over/messages.ts'
import { type Floor, handOver } from './hand-over/predecessor.ts'
import { createSeeOff } from './hand-over/see-off.ts'
import { takeOver } from './hand-over/successor.ts'
import type { KongServer } from './kong-server.ts'
import {
  BACKLOG,
  bindBeside,
  isAlive,
  lowerSystemLimit,
  peerPath,
  removeLeftovers,
  requirePlace,
  type SocketFile,
} from './socket-file.ts'

/** A listening plugin server. */
export interface Listener {
  /** Resolves when another server has the path and the last connection is gone. */
  readonly replaced: Promise<void>
  /** Ends it: calls in progress are answered first (at most for {@link CLOSE_WITHIN_MILLIS}), the socket file is removed. */
  close(): Promise<void>
}

/** Group members may connect: put Kong's user into the group. Whoever can connect can have plugins run. */
const SOCKET_MODE = 0o660
/** Whoever can connect there is told the configurations, with their secrets. */
const PEER_MODE = 0o600
/** A little longer than the deadline of a handler, in milliseconds. */
const CLOSE_WITHIN_MILLIS = 2500
/** For how long calls in progress may keep others waiting while the path changes hands, in milliseconds. */
const HOLD_WITHIN_MILLIS = 500
/** How often we look whether the files are still ours, in milliseconds. */
const LOOK_EVERY_MILLIS = 200

/**
 * Listens on a path, in the place of the server that does so already, if one does.
 * @throws Error when the path cannot be used
 */
export async function listen(path: string, server: KongServer, services: Services): Promise<Listener> {
  const { log } = services
  const refusals = createTroubleLog(log, services.clock)
  const { events } = server
  await requirePlace(path)
  await removeLeftovers(path)
  const limit = await lowerSystemLimit()
  if (limit !== undefined)
    log.warn({ somaxconn: limit, wanted: BACKLOG }, 'net.core.somaxconn is low: bursts of calls may get 500 from Kong')

  const connections = new Map<Socket, Connection>()
  const gone = Promise.withResolvers<void>()
  let phase: 'open' | 'held' | 'passed on' | 'closed' = 'open'

  function accept(socket: Socket): void {
    const connection = serveConnection(socket, { server, log, refusals })
    connections.set(socket, connection)
    socket.on('close', () => {
      connections.delete(socket)
      if (phase === 'passed on' && connections.size === 0) gone.resolve()
    })
    if (phase === 'held') connection.hold()
    if (phase === 'passed on') sendAway(socket, connection)
  }

  /** Resolves when the events that run now are over, or when that takes too long. */
  async function settled(withinMillis: number): Promise<void> {
    const running = [...events]
    const deadline = performance.now() + withinMillis
    while (running.some((event) => events.has(event)) && performance.now() < deadline) await delay(2)
  }

  let hasPeer = true
  // Those that our predecessor passes on, or ours with nobody to pass them on to; not those that our successor has by now.
  const seeOff = createSeeOff(connections, () => phase !== 'passed on' || !hasPeer)
  function sendAway(socket: Socket, connection: Connection): void {
    if (hasPeer) connection.passOn(peerPath(path), RELAY)
    else seeOff(socket)
  }

  const floor: Floor = {
    isFree: () => phase === 'open',
    async hold() {
      phase = 'held'
      for (const connection of connections.values()) connection.hold()
      await settled(HOLD_WITHIN_MILLIS)
    },
    resume() {
      if (phase === 'held') phase = 'open'
      for (const connection of connections.values()) connection.resume()
    },
    async passOn() {
      const replaced = (await peer.state()) === 'replaced'
      if (phase === 'closed' || phase === 'passed on') return
      phase = 'passed on'
      hasPeer = replaced
      log.info({ connections: connections.size }, 'another plugin server has the path; calls are passed on to it')
      if (connections.size === 0) gone.resolve()
      for (const [socket, connection] of connections) sendAway(socket, connection)
      await settled(CLOSE_WITHIN_MILLIS)
    },
    isOurs: async () => (await main.state()) === 'ours',
  }

  function meet(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    readFirstLine(socket, (firstLine) => {
      if (firstLine === HAND_OVER && phase === 'open') void handOver(socket, { server, services }, floor, log)
      else if (firstLine === RELAY && phase !== 'closed') {
        accept(socket)
        seeOff(socket)
        socket.resume()
      } else socket.destroy()
    })
  }

  const bindMain = (): Promise<SocketFile> => bindBeside(path, path, SOCKET_MODE, accept)
  const bindPeer = (): Promise<SocketFile> => bindBeside(path, peerPath(path), PEER_MODE, meet)
  let main = await bindMain()
  let peer = await bindPeer()
  const publish = async (): Promise<void> => {
    await peer.publish()
    await main.publish()
  }
  if (await isAlive(path)) await takeOver(path, { server, services }, publish, log)
  else await publish()

  let trouble = false
  async function look(): Promise<void> {
    if (phase !== 'open') return
    try {
      if ((await main.state()) === 'replaced') return await floor.passOn()
      if ((await peer.state()) === 'missing') {
        const deleted = peer
        peer = await bindPeer()
        await peer.publish()
        await deleted.close()
      }
      if ((await main.state()) !== 'missing') return
      const deleted = main
      main = await bindMain()
      await main.publish()
      await deleted.close()
      trouble = false
      log.warn({ socket: path }, 'the socket was deleted; made again')
    } catch (error) {
      if (!trouble) log.error({ err: error, socket: path }, 'the socket was deleted and cannot be made again yet')
      trouble = true
    }
  }
  let looking = Promise.resolve()
  const watch = setInterval(() => {
    looking = looking.then(look)
  }, LOOK_EVERY_MILLIS)

  return {
    replaced: gone.promise,
    async close() {
      clearInterval(watch)
      await looking
      // Whoever calls meanwhile is still served: the time without a server begins as late as possible.
      if (phase === 'passed on') await Promise.race([gone.promise, delay(CLOSE_WITHIN_MILLIS)])
      else await settled(CLOSE_WITHIN_MILLIS)
      phase = 'closed'
      await Promise.all([main.close(), peer.close()])
      const closed = [...connections.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
      for (const connection of connections.values()) connection.finish()
      const impatience = setTimeout(() => {
        for (const socket of connections.keys()) socket.destroy()
      }, CLOSE_WITHIN_MILLIS)
      await Promise.all(closed)
      clearTimeout(impatience)
    },
  }
}
