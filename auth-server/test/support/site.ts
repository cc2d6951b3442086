// The authorization server on a port of this machine, under the issuer that a real browser will see.
import { createServer, type Server, type Socket } from 'node:net'
import type { Test } from 'tap'
import { type TestServer, testServer } from './server.ts'

/** Listens on a free port of 127.0.0.1 and returns it; closed, with its connections, when the test ends. */
export async function listen(t: Test, server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

/** Starts the server at `origin`, which is its issuer as well. */
export async function testSite(
  t: Test,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestServer & Readonly<{ origin: string }>> {
  // The issuer holds the port, so the port has to be ours before the app exists: a plain server first, the app behind it.
  let open = (socket: Socket): void => void socket.destroy()
  const port = await listen(
    t,
    createServer((socket) => open(socket)),
  )
  const origin = `http://localhost:${port}`
  const server = await testServer(t, { ...environment, ISSUER: origin })
  await server.app.ready()
  open = (socket) => void server.app.server.emit('connection', socket)
  return { ...server, origin }
}
