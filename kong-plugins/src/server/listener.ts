// The Unix socket that Kong connects to: taken over from a predecessor that died, readable by one group, removed at the end.
import { chmod, lstat, unlink } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import type { Logger } from 'pino'
import { type Connection, serveConnection } from './connection.ts'
import type { Conversation } from './conversation.ts'
import type { KongServer } from './kong-server.ts'

/** A listening plugin server. */
export interface Listener {
  /** The events that run at present. */
  readonly events: { readonly size: number }
  /** Ends it: calls in progress are answered first (at most for {@link CLOSE_WITHIN_MS}), the socket file is removed. */
  close(): Promise<void>
}

/** Group members may connect: put Kong's user into the group. Whoever can connect can have plugins run. */
const SOCKET_MODE = 0o660
/** `sun_path` of sockaddr_un holds 108 bytes on Linux and 104 elsewhere, a NUL included. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103
/** A little longer than the deadline of a handler, in milliseconds. */
const CLOSE_WITHIN_MS = 2500

/**
 * Listens on a path.
 * @throws Error when the path is too long, holds something that is no socket, or another server answers there
 */
export async function listen(path: string, server: KongServer, log: Logger): Promise<Listener> {
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_PATH_BYTES)
    throw new Error(`the socket path has ${bytes} bytes, but a Unix socket path may have ${MAX_PATH_BYTES}: ${path}`)
  await removeLeftover(path)

  const events = new Set<Conversation>()
  const connections = new Map<Socket, Connection>()
  const netServer = createServer((socket) => {
    connections.set(socket, serveConnection(socket, { server, events, log }))
    socket.on('close', () => connections.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    netServer.once('error', reject)
    netServer.listen({ path }, () => {
      netServer.off('error', reject)
      resolve()
    })
  })
  netServer.on('error', (cause) => log.error({ err: cause }, 'listener trouble')) // e.g. out of file descriptors
  await chmod(path, SOCKET_MODE)

  return {
    events,
    async close() {
      const closed = new Promise<void>((resolve) => netServer.close(() => resolve())) // removes the file, too
      for (const connection of connections.values()) connection.finish()
      const impatience = setTimeout(() => {
        for (const socket of connections.keys()) socket.destroy()
      }, CLOSE_WITHIN_MS)
      await closed
      clearTimeout(impatience)
    },
  }
}

async function removeLeftover(path: string): Promise<void> {
  const found = await lstat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw cause
  })
  if (!found) return
  if (!found.isSocket()) throw new Error(`not a socket, so it is not removed: ${path}`)
  if (await answers(path)) throw new Error(`another plugin server listens on ${path}`)
  await unlink(path)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
