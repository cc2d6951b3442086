// The health check of the plugin server's container: 0 when the server answers, 1 when it does not.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { refusal } from '../../src/protocol/frame-writer.ts'
import { startServerProcess } from '../gateway/support/server-process.ts'

const program = join(import.meta.dirname, '../../src/server/health.ts')

function check(...args: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [program, ...args], (_error, _stdout, stderr) =>
      done({ code: child.exitCode, said: stderr.trim() }),
    )
  })
}

/** Something on a socket that is no plugin server. */
async function startStranger(t: Test, meet: (socket: Socket) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'health-')) // a socket's path must be short
  const path = join(folder, 's.sock')
  const server = createServer(meet)
  await new Promise<void>((done) => server.listen(path, done))
  t.teardown(async () => {
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  return path
}

t.test('a plugin server that answers is healthy; killed, it is not', async (t) => {
  const server = await startServerProcess(t)
  t.strictSame(await check('--socket', server.socketPath), { code: 0, said: '' })
  await server.kill()
  t.match(await check('--socket', server.socketPath), { code: 1, said: /ECONNREFUSED|ENOENT/ })
})

t.test('whoever hangs up, says something else or says nothing is not', async (t) => {
  const hangsUp = await startStranger(t, (socket) => socket.destroy())
  t.equal((await check('--socket', hangsUp)).code, 1)
  const refuses = await startStranger(t, (socket) => socket.end(refusal('not today')))
  t.strictSame(await check('--socket', refuses), { code: 1, said: 'it hung up: not today' })
  const webServer = await startStranger(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  t.strictSame(await check('--socket', webServer), { code: 1, said: 'it answers something else' })
  const silent = await startStranger(t, () => {})
  t.strictSame(await check('--socket', silent), { code: 1, said: 'no answer within 2000 ms' })
  t.match(await check(), { code: 1, said: /^usage/ })
})
