// A connection from Kong that another server answers from now on: a pipe to that one.
import { connect, type Socket } from 'node:net'

/** Where the other server listens, and what it is told first. */
export interface Onward {
  readonly path: string
  readonly firstLine: string
}

/** Passes on what Kong says, after what it has said already, and what comes back. */
export function relay(socket: Socket, { path, firstLine }: Onward, said: Buffer): void {
  const onward = connect({ path, allowHalfOpen: true }) // either side may end before the other
  onward.write(`${firstLine}\n`)
  onward.write(said)
  socket.removeAllListeners('data')
  socket.pipe(onward).pipe(socket)
  onward.on('error', () => socket.destroy())
  socket.on('close', () => onward.destroy())
}
