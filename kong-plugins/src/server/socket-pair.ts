// The two sockets of a path: the one that Kong calls, and the one beside it where a successor asks.
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { bindBeside, type FileState, peerPath, type SocketFile } from './socket-file.ts'

/** Group members may connect: put Kong's user into the group. Whoever can connect can have plugins run. */
const SOCKET_MODE = 0o660
/** Whoever can connect there is told the configurations, with their secrets. */
const PEER_MODE = 0o600

/** What to do with whoever connects. */
export interface SocketPairHandlers {
  readonly accept: (socket: Socket) => void
  readonly meet: (socket: Socket) => void
}

/** Both sockets; they listen from their creation on, and are found once they are published. */
export interface SocketPair {
  publish(): Promise<void>
  /** What has become of the file that Kong connects to. */
  state(): Promise<FileState>
  /** What has become of the one beside it. */
  peerState(): Promise<FileState>
  /** Makes files that somebody deleted anew; what cannot be made is told once. */
  repair(): Promise<void>
  close(): Promise<void>
}

/** Binds both. @throws {Error} when the path cannot be used */
export async function bindPair(path: string, { accept, meet }: SocketPairHandlers, log: Logger): Promise<SocketPair> {
  const bindMain = (): Promise<SocketFile> => bindBeside(path, path, SOCKET_MODE, accept)
  const bindPeer = (): Promise<SocketFile> => bindBeside(path, peerPath(path), PEER_MODE, meet)
  let main = await bindMain()
  let peer = await bindPeer()
  let hasTrouble = false

  async function replace(deleted: SocketFile, bind: () => Promise<SocketFile>): Promise<SocketFile> {
    const file = await bind()
    await file.publish()
    await deleted.close()
    return file
  }

  return {
    async publish() {
      await peer.publish()
      await main.publish()
    },
    state: () => main.state(),
    peerState: () => peer.state(),
    async repair() {
      try {
        if ((await peer.state()) === 'missing') peer = await replace(peer, bindPeer)
        if ((await main.state()) !== 'missing') return
        main = await replace(main, bindMain)
        hasTrouble = false
        log.warn({ socket: path }, 'the socket was deleted; made again')
      } catch (error) {
        if (!hasTrouble) log.error({ err: error, socket: path }, 'the socket was deleted and cannot be made again yet')
        hasTrouble = true
      }
    },
    async close() {
      await Promise.all([main.close(), peer.close()])
    },
  }
}
