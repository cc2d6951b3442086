// A backend that answers whatever bytes it is told to.
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** What it answers to the head of a request, and what becomes of the connection then. */
export interface RawAnswer {
  readonly bytes: string | Buffer
  /** [end] */
  readonly afterwards?: 'end' | 'reset' | 'keep'
}

export interface RawBackend {
  readonly url: string
  /** Asked anew for each request. */
  answer: () => RawAnswer
  /** The bytes of each connection so far, as latin1. */
  readonly seen: string[]
}

/** Bytes as text, one character each. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** An answer that is as it should be. */
export const soundAnswer = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsound'

/** Starts it; it ends with the test. */
export async function startRawBackend(t: { teardown(ended: () => unknown): void }): Promise<RawBackend> {
  const sockets = new Set<Socket>()
  const seen: string[] = []
  const server = createServer((socket) => {
    const number = seen.push('') - 1
    let heads = 0
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      seen[number] += chunk.toString('latin1')
      const complete = seen[number]?.split('\r\n\r\n').length ?? 0
      if (complete - 1 <= heads) return
      heads = complete - 1
      const { bytes, afterwards = 'end' } = backend.answer()
      socket.write(typeof bytes === 'string' ? latin1(bytes) : bytes)
      if (afterwards === 'end') socket.end()
      else if (afterwards === 'reset') socket.resetAndDestroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const backend: RawBackend = { url: `http://127.0.0.1:${port}`, answer: () => ({ bytes: soundAnswer }), seen }
  return backend
}
