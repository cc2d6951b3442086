// The server towards Kong: which methods it answers, and that it survives whatever arrives.
import { connect } from 'node:net'
import { Packr } from 'msgpackr'
import t from 'tap'
import { PLUGINS } from '../src/plugins.ts'
import { gatewayConfig } from './support/issuer.ts'
import { property } from './support/kong-client.ts'
import { madeUpPlugin, until } from './support/made-up-plugin.ts'
import { startPluginServer } from './support/plugin-server.ts'

t.test('only the methods Kong needs are answered; code cannot be loaded through the socket', async (t) => {
  const kong = (await startPluginServer(t)).connect()
  for (const method of [
    'SetPluginDir',
    'loadPlugins',
    'close',
    'constructor',
    'GetPluginInfo',
    'StepError',
    '__proto__',
  ])
    t.strictSame(await kong.call(`plugin.${method}`, '/tmp'), { error: 'method not supported', result: null }, method)
  t.strictSame(await kong.call('GetStatus', null), { error: 'method not supported', result: null })
  t.strictSame(await kong.call('plugin.GetStatus', null), {
    error: null,
    result: { Pid: process.pid, Plugins: PLUGINS.map(({ name }) => name) },
  })
})

t.test('an unknown instance is named as Kong expects it, so that Kong starts it again', async (t) => {
  const kong = (await startPluginServer(t)).connect()
  const event = { InstanceId: 7, EventName: 'access' }
  t.strictSame(await kong.call('plugin.HandleEvent', event), { error: 'no plugin instance #7', result: null })
  t.strictSame(await kong.call('plugin.CloseInstance', 7), { error: 'no plugin instance #7', result: null })
})

t.test('instance ids do not start at 0 after a restart', async (t) => {
  const config = gatewayConfig('http://127.0.0.1:1/jwks')
  const first = await (await startPluginServer(t)).connect().start('mobile-gateway', config)
  const second = await (await startPluginServer(t)).connect().start('mobile-gateway', config)
  t.ok(first > 0 && first < 2 ** 32 && second > 0 && second < 2 ** 32)
  t.not(first, second)
})

t.test('a config that cannot be used fails the start and says why', async (t) => {
  const kong = (await startPluginServer(t)).connect()
  const config = { ...gatewayConfig('ftp://x'), leeway_seconds: 61, colour: 'red' }
  await t.rejects(kong.start('mobile-gateway', config), {
    message: 'invalid configuration of mobile-gateway: colour: unknown field',
  })
  await t.rejects(kong.start('mobile-gateway', gatewayConfig('ftp://x', { leeway_seconds: 61 })), {
    message:
      'invalid configuration of mobile-gateway: issuers[1].jwks_uri: must be an http or https address; leeway_seconds: must be a whole number from 0 to 60',
  })
  t.match(await kong.call('plugin.StartInstance', { Name: 'mobile-gateway', Config: '{' }), { error: /JSON/ })
  t.match(await kong.call('plugin.StartInstance', { Name: 'nobody', Config: '{}' }), { error: /nobody/ })
  t.match(await kong.call('plugin.StartInstance', null), { error: 'StartInstance needs Name and Config' })
})

t.test('only the access phase can be called by name', async (t) => {
  const kong = (await startPluginServer(t)).connect()
  const InstanceId = await kong.start('mobile-identity', { policy: 'p' })
  for (const EventName of ['constructor', 'rewrite', 'toString', '__proto__', undefined])
    t.match(await kong.call('plugin.HandleEvent', { InstanceId, EventName }), {
      error: 'only the access phase is handled',
    })
})

t.test('garbage closes its connection and no other', async (t) => {
  const running = await startPluginServer(t)
  const good = running.connect()
  t.equal((await good.call('plugin.GetStatus', null)).error, null)
  const plain = new Packr({ useRecords: false })
  const rows = [
    Buffer.from([0xd4, 0x55, 0x00]),
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    plain.pack({ not: 'a list' }),
    plain.pack([0, 'id', 'plugin.GetStatus', []]),
    plain.pack([0, 1, 'plugin.GetStatus', 'args']),
    plain.pack([1, 1, null, null]),
    Buffer.alloc(2 * 1024 * 1024, 0xdb),
  ]
  for (const bytes of rows) {
    const socket = connect(running.socketPath)
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    socket.on('error', () => {})
    socket.write(bytes)
    await closed
  }
  t.equal((await good.call('plugin.GetStatus', null)).error, null)
})

t.test('two requests in one chunk are both answered', async (t) => {
  const running = await startPluginServer(t)
  const socket = connect(running.socketPath)
  const plain = new Packr({ useRecords: false })
  const one = (id: number) => plain.pack([0, id, 'plugin.CloseInstance', [id]])
  socket.write(Buffer.concat([one(1), one(2)]))
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  await until(() => received.includes('instance #1') && received.includes('instance #2'))
  t.match(received, /instance #1.*instance #2/s)
  socket.destroy()
})

t.test('Kong hanging up in the middle of an answer (EPIPE) does no harm', async (t) => {
  const running = await startPluginServer(t)
  const kong = running.connect()
  const plain = new Packr({ useRecords: false })
  for (let n = 0; n < 50; n += 1) {
    const socket = connect(running.socketPath)
    socket.on('error', () => {})
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    socket.write(plain.pack([0, 1, 'plugin.GetStatus', [null]]), () => socket.destroy())
  }
  t.equal((await kong.call('plugin.GetStatus', null)).error, null)
})

t.test('a header called __proto__ in an answer of Kong harms nobody', async (t) => {
  const seen: unknown[] = []
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('reads', async (kong) => {
      seen.push(await kong.ctx.shared.get('headers'))
      return { kind: 'pass' }
    }),
  ])
  const kong = running.connect()
  const InstanceId = await kong.start('reads', {})
  const { result } = await kong.call('plugin.HandleEvent', { InstanceId, EventName: 'access' })
  const maps = new Packr({ useRecords: false, mapsAsObjects: false })
  const headers = new Map<string, unknown>([
    ['__proto__', ['x']],
    ['a', ['1']],
  ])
  const step = new Map<string, unknown>([
    ['EventId', property(result, 'EventId')],
    ['Data', headers],
  ])
  const answer = await kong.exchange(maps.pack([0, 9, 'plugin.StepMultiMap', [step]]))
  t.match(answer, [1, 9, null, { Data: 'ret' }])
  t.strictSame(seen, [{ __proto_: ['x'], a: ['1'] }])
})
