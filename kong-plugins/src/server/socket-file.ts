// A Unix socket and its file: bound beside its path and renamed over it, so that at no moment nobody listens there.

import { randomBytes } from 'node:crypto'
import { access, chmod, constants, lstat, readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { LISTEN_BACKLOG } from '@mobile-api-gateway/sdk/network.ts'

/** What has become of the file at a path. */
export type FileState = 'ours' | 'missing' | 'replaced'

/** A socket that listens. */
export interface SocketFile {
  /** Puts its file in the path's place, whatever is there. */
  publish(): Promise<void>
  state(): Promise<FileState>
  /** Listens no more; the file goes, too, if it is still ours. Connections stay. */
  close(): Promise<void>
}

/** What stands behind a path for the file beside it and for the socket where a successor asks. */
const SUFFIX_BYTES = 5
/** `sun_path` of sockaddr_un holds 108 bytes on Linux and 104 elsewhere, a NUL included. */
const MAX_PATH_BYTES = (process.platform === 'linux' ? 107 : 103) - SUFFIX_BYTES
/**
 * Connections that may wait to be accepted. To connect to a Unix socket whose backlog is full fails at once, on which Kong
 * answers 500: calls of people without token must not cost others theirs. (Node's own number is 511.)
 */
export const BACKLOG = LISTEN_BACKLOG

/** Where the same path's owner tells a successor what it knows. */
export function peerPath(path: string): string {
  return `${path}.peer`
}

/**
 * Whether a socket can be made there.
 * @throws {Error} that says why not
 */
export async function requirePlace(path: string): Promise<void> {
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_PATH_BYTES)
    throw new Error(`the socket path has ${bytes} bytes, but may have ${MAX_PATH_BYTES}: ${path}`)
  const folder = dirname(path)
  const found = await stat(folder).catch(() => undefined)
  if (!found?.isDirectory())
    throw new Error(
      `the folder of the socket ${found ? 'is no folder' : 'does not exist, or cannot be entered'}: ${folder}`,
    )
  await access(folder, constants.W_OK | constants.X_OK).catch(() => {
    throw new Error(`this user may not write into the folder of the socket: ${folder}`)
  })
  const there = await lstat(path).catch(() => undefined)
  if (there && !there.isSocket()) throw new Error(`not a socket, so it is not removed: ${path}`)
}

/**
 * Binds beside a path.
 * @param target where the file goes when it is published: the path, or the one for its peers
 * @throws {Error} when that is not possible
 */
export async function bindBeside(
  path: string,
  target: string,
  mode: number,
  serve: (socket: Socket) => void,
): Promise<SocketFile> {
  const beside = `${path}.${randomBytes(SUFFIX_BYTES - 3).toString('hex')}`
  const server = createServer(serve)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path: beside, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  server.on('error', () => {}) // e.g. out of file descriptors: Kong is told by its own wait
  await chmod(beside, mode)
  const { ino, dev } = await lstat(beside)
  let file = beside

  async function state(): Promise<FileState> {
    const found = await lstat(file).catch(() => undefined)
    if (found === undefined) return 'missing'
    // A socket that is bound keeps its inode: nobody else can get the number.
    return found.ino === ino && found.dev === dev ? 'ours' : 'replaced'
  }

  return {
    state,
    async publish() {
      await rename(beside, target)
      file = target
    },
    async close() {
      if ((await state()) === 'ours') await unlink(file).catch(() => {})
      server.close() // would unlink `beside` alone
    },
  }
}

/** Whether somebody listens on a path. */
export function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // EAGAIN: its backlog is full.
    socket.once('error', (cause: NodeJS.ErrnoException) => resolve(cause.code === 'EAGAIN'))
  })
}

/** Removes what processes that were killed while they took over have left beside a path. */
export async function removeLeftovers(path: string): Promise<void> {
  const isBeside = new RegExp(`^\\.[0-9a-f]{${SUFFIX_BYTES - 1}}$`)
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    if (!name.startsWith(basename(path)) || !isBeside.test(name.slice(basename(path).length))) continue
    const file = join(folder, name)
    if ((await lstat(file).catch(() => undefined))?.isSocket() && !(await isAlive(file)))
      await unlink(file).catch(() => {})
  }
}

/** The system's own limit of a backlog, where it is lower than ours. */
export async function lowerSystemLimit(): Promise<number | undefined> {
  const limit = Number(await readFile('/proc/sys/net/core/somaxconn', 'utf8').catch(() => Number.NaN))
  return limit < BACKLOG ? limit : undefined
}
