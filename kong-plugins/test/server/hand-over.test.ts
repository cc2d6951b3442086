// Two plugin servers and one path: what the second learns from the first, and what becomes of calls meanwhile.

import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rename, rm, unlink } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { whatIsMissing } from '../../src/metrics/readiness.ts'
import { eventually } from '../support/eventually.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import { madeUpPlugin, pass } from '../support/made-up-plugin.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createProver } from '../support/prover.ts'

t.setTimeout(60_000)

t.test('the second has instances under their ids, keys, counts and used proofs before it takes the path', async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const prover = await createProver()
  const first = await startPluginServer(t)
  const kong = first.connect()
  const config = gatewayConfig(keys.jwksUri, { plans: { basic: { day: 2 } } })
  const id = await kong.start('mobile-gateway', config)
  const identity = await kong.start('mobile-identity', { policy: 'p' })
  const headers = { authorization: `Bearer ${await signToken(key)}` }
  const bound = await signToken(key, { claims: { sub: 'usr_bound', cnf: { jkt: prover.jkt } } })
  const proven = { authorization: `DPoP ${bound}`, dpop: await prover.prove(bound) }
  t.equal((await kong.access(id, { headers })).kind, 'passed')
  t.equal((await kong.access(id, { headers: proven })).kind, 'passed')

  const second = await startPluginServer(t, {}, undefined, first.socketPath)
  t.strictSame(whatIsMissing(second.services), [], 'it knows the keys already')
  const after = second.connect()
  t.equal((await after.access(identity, {})).kind, 'exited')
  t.match(await after.access(id, { headers: proven }), { kind: 'exited', status: 401 }, 'a proof counts once')
  t.equal((await after.access(id, { headers })).kind, 'passed')
  t.match(await after.access(id, { headers }), { kind: 'exited', status: 429 })
  const another = await after.start('mobile-identity', { policy: 'q' })
  t.notOk([id, identity].includes(another))
  t.match((await kong.access(id, { headers })).status, 429, 'also over a connection to the first')
  kong.close()
  await first.replaced
  t.ok(existsSync(first.socketPath), 'which leaves the file where it is')
})

t.test('a call in progress is answered, one that comes meanwhile is answered by the second', async (t) => {
  let release = (): void => {}
  const slow = madeUpPlugin('slow', () => new Promise((resolve) => (release = () => resolve(pass))))
  const first = await startPluginServer(t, {}, [slow, madeUpPlugin('quick', async () => pass)])
  const kong = first.connect()
  const id = await kong.start('slow', {})
  const quick = await kong.start('quick', {})
  const idle = first.connect()
  await idle.call({ cmd_get_plugin_names: {} })
  const running = kong.access(id, {})
  await eventually(() => first.events.size === 1)
  const starting = startPluginServer(t, {}, [slow, madeUpPlugin('quick', async () => pass)], first.socketPath)
  await eventually(() => first.logged.some((line) => line.includes('passed on')))
  const asked = await idle.access(quick, {})
  const again = asked.kind === 'failed' ? await idle.access(quick, {}) : asked
  t.equal(again.kind, 'passed', 'asked again, as Kong does, where its connection was ended before')
  release()
  t.equal((await running).kind, 'passed')
  await starting
  await first.replaced
})

t.test('a second that goes away before it has the path changes nothing', async (t) => {
  const first = await startPluginServer(t, {}, [madeUpPlugin('quick', async () => pass)])
  const kong = first.connect()
  const id = await kong.start('quick', {})
  for (const lines of [
    'hand over, version 1\n',
    'hand over, version 1\n{"type":"take over"}\n',
    'nonsense\n',
    '{',
    '\n'.repeat(200),
  ]) {
    const socket = connect(`${first.socketPath}.peer`)
    socket.on('error', () => {})
    await new Promise((resolve) => socket.end(lines, () => resolve(undefined)))
    socket.resume()
    await new Promise((resolve) => socket.once('close', resolve))
    t.equal((await kong.access(id, {})).kind, 'passed', lines.slice(0, 40))
  }
  t.equal(statSync(`${first.socketPath}.peer`).mode & 0o777, 0o600)
})

t.test('what the first says and nobody understands is said, and the path is taken all the same', async (t) => {
  const first = await startPluginServer(t, {}, [madeUpPlugin('quick', async () => pass)])
  const liar = createServer((socket) => socket.end('{"type":"instance","record":{"ids":"all"}}\n'))
  await unlink(`${first.socketPath}.peer`)
  await new Promise<void>((resolve) => liar.listen(`${first.socketPath}.liar`, resolve))
  await rename(`${first.socketPath}.liar`, `${first.socketPath}.peer`)
  t.teardown(() => liar.close())
  const second = await startPluginServer(t, {}, [madeUpPlugin('quick', async () => pass)], first.socketPath)
  t.match(second.logged.join(''), 'not everything was handed over')
  const kong = second.connect()
  t.equal((await kong.access(await kong.start('quick', {}), {})).kind, 'passed')
})

t.test('a server that hangs does not keep the next one from the path', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hung-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const socketPath = join(folder, 's.sock')
  for (const path of [socketPath, `${socketPath}.peer`]) {
    const hung = createServer((socket) => socket.on('error', () => {}).resume()) // takes everything and says nothing
    await new Promise<void>((resolve) => hung.listen(path, resolve))
    t.teardown(() => hung.close())
  }
  const second = await startPluginServer(t, {}, [madeUpPlugin('quick', async () => pass)], socketPath)
  t.match(second.logged.join(''), 'the other process says nothing')
  const kong = second.connect()
  t.equal((await kong.access(await kong.start('quick', {}), {})).kind, 'passed')
})

t.test('of several that start at once each hands over to the next: nothing counted is lost', async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const first = await startPluginServer(t)
  const kong = first.connect()
  const id = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri, { plans: { basic: { day: 1 } } }))
  const headers = { authorization: `Bearer ${await signToken(key)}` }
  t.equal((await kong.access(id, { headers })).kind, 'passed')
  kong.close()
  const others = await Promise.all([1, 2, 3, 4].map(() => startPluginServer(t, {}, undefined, first.socketPath)))
  await first.replaced
  for (const { logged } of others) t.match(logged.join(''), 'took over from the server on this path')
  const after = others[0]?.connect() // whoever has the path
  t.match(await after?.access(id, { headers }), { kind: 'exited', status: 429 })
})

t.test('a predecessor that cannot hand over removes the file when it ends; it is made again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'old-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const socketPath = join(folder, 's.sock')
  const old = createServer((socket) => socket.resume())
  await new Promise<void>((resolve) => old.listen(socketPath, resolve))
  const second = await startPluginServer(t, {}, [madeUpPlugin('quick', async () => pass)], socketPath)
  t.match(second.logged.join(''), 'the server on this path cannot hand over')
  await new Promise((resolve) => old.close(resolve)) // node unlinks what it bound, whoever has it now
  await eventually(() => second.logged.some((line) => line.includes('made again')))
  const kong = second.connect()
  t.equal((await kong.access(await kong.start('quick', {}), {})).kind, 'passed')
})

t.test('a socket file that was deleted is made again', async (t) => {
  const server = await startPluginServer(t, {}, [madeUpPlugin('quick', async () => pass)])
  await unlink(server.socketPath)
  await unlink(`${server.socketPath}.peer`)
  await eventually(() => existsSync(server.socketPath) && existsSync(`${server.socketPath}.peer`))
  t.equal(statSync(server.socketPath).mode & 0o777, 0o660)
  const kong = server.connect()
  t.equal((await kong.access(await kong.start('quick', {}), {})).kind, 'passed')
  t.match(server.logged.join(''), 'the socket was deleted; made again')
})
