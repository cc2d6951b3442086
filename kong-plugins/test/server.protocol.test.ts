// The server towards Kong: which methods it answers, that it survives what arrives, and that no event stays behind.
import { connect } from 'node:net'
import { Packr } from 'msgpackr'
import t from 'tap'
import type { KongReader } from '../src/pdk/kong.ts'
import { PLUGINS, type Plugin } from '../src/plugins.ts'
import { createEventLedger, MAX_EVENT_AGE_MS } from '../src/server/events.ts'
import type { Effects } from '../src/stages/effects.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from './support/issuer.ts'
import { property } from './support/kong-client.ts'
import { startPluginServer } from './support/plugin-server.ts'

const UNAVAILABLE = {
  kind: 'exited',
  status: 503,
  body: { message: 'Service temporarily unavailable' },
  headers: { 'Retry-After': '5' },
  requestHeaders: {},
  responseHeaders: {},
}

/** A plugin that does what a test needs, driven by the real shell and server. */
function plugin(name: string, decide: (kong: KongReader) => Promise<Effects>): Plugin {
  return { name, priority: 1, schema: { type: 'record', fields: [] }, prepare: () => decide }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 3000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

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

t.test('a stage that throws, at once or later, ends in 503 and never in a pass', async (t) => {
  const broken = [
    plugin('throws', () => {
      throw new Error('at once')
    }),
    plugin('rejects', async (kong) => {
      await kong.request.getHeader('authorization')
      throw new TypeError('later')
    }),
    plugin('throws-nothing', () => Promise.reject(undefined)),
  ]
  const running = await startPluginServer(t, {}, broken)
  for (const { name } of broken) {
    const kong = running.connect()
    const outcome = await kong.access(await kong.start(name, {}), {})
    t.match(outcome, UNAVAILABLE, name)
  }
  await until(() => running.server.events.size === 0)
})

t.test('what cannot be sent to Kong is an error of that call, which the guard then sees as no mark', async (t) => {
  const unsendable = {
    get x(): string {
      throw new Error('not to be read')
    },
  }
  const running = await startPluginServer(t, {}, [
    plugin('odd', async () => ({ kind: 'pass', requestHeaders: unsendable })),
  ])
  const kong = running.connect()
  const instance = await kong.start('odd', {})
  t.match(await kong.access(instance, {}), { kind: 'failed', error: 'not to be read', requestHeaders: {} })
})

t.test('a stage that hangs ends in 503 at the deadline', async (t) => {
  const running = await startPluginServer(t, { deadlineMs: 50 }, [plugin('hangs', () => new Promise(() => {}))])
  const kong = running.connect()
  t.strictSame(await kong.access(await kong.start('hangs', {}), {}), { ...UNAVAILABLE, calls: ['kong.response.exit'] })
  t.equal(running.server.events.size, 0)
})

t.test(
  'no event stays behind: refused, passed, without any PDK call, failed, late, and with Kong gone meanwhile',
  async (t) => {
    const key = await createSigningKey()
    const keys = await startKeyServer(t, key)
    let release: () => void = () => {}
    const waiting = new Promise<Effects>((resolve) => {
      release = () => resolve({ kind: 'pass', requestHeaders: { a: 'b' } })
    })
    const running = await startPluginServer(t, {}, [
      ...PLUGINS,
      plugin('silent', async () => ({ kind: 'pass' })),
      plugin('throws', () => Promise.reject(new Error('on purpose'))),
      plugin('waits', () => waiting),
    ])
    const kong = running.connect()
    const gateway = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri))
    const [silent, throws, waits] = [
      await kong.start('silent', {}),
      await kong.start('throws', {}),
      await kong.start('waits', {}),
    ]
    const authorization = `Bearer ${await signToken(key)}`
    for (let n = 0; n < 100; n += 1) {
      await kong.access(gateway, {})
      await kong.access(gateway, { headers: { authorization } })
      await kong.access(silent, {})
      await kong.access(throws, {})
    }
    t.equal(running.server.events.size, 0)

    for (let n = 0; n < 10; n += 1) {
      const dying = running.connect()
      dying.call('plugin.HandleEvent', { InstanceId: waits, EventName: 'access' }).catch(() => {})
    }
    await until(() => running.server.events.size === 10)
    t.equal((await running.connect().call('plugin.GetStatus', null)).error, null)
    running.closeClients()
    // Two round trips later the server has read that the others hung up.
    const witness = running.connect()
    for (let n = 0; n < 2; n += 1) await witness.call('plugin.GetStatus', null)
    release()
    await until(() => running.server.events.size === 0)
    t.equal((await running.connect().call('plugin.GetStatus', null)).error, null, 'and the server lives on')
  },
)

t.test('an event for which no Step ever comes is dropped after its time', async (t) => {
  let now = 0
  const events = new Map<number, unknown>()
  const ledger = createEventLedger(events, () => now)
  const begin = (EventId: number): void => {
    events.set(EventId, {})
    ledger.note({ EventId, Data: { Method: 'kong.request.get_header', Args: ['authorization'] } }, true)
  }
  for (const id of [1, 2, 3]) begin(id)
  now = MAX_EVENT_AGE_MS - 1
  begin(4)
  ledger.note({ EventId: 1, Data: { Method: 'kong.service.request.set_headers', Args: [{}] } }, true)
  ledger.sweep()
  t.strictSame([...events.keys()], [1, 2, 3, 4])
  now = MAX_EVENT_AGE_MS
  ledger.sweep()
  t.strictSame([...events.keys()], [1, 4])
  ledger.note({ EventId: 1, Data: 'ret' }, true)
  now = 2 * MAX_EVENT_AGE_MS
  ledger.sweep()
  t.equal(events.size, 0)
})

t.test('a late or invented Step is an error of that call only', async (t) => {
  const running = await startPluginServer(t)
  const kong = running.connect()
  t.match(await kong.call('plugin.Step', { EventId: 99 }), { error: 'event id 99 not found' })
  t.match(await kong.call('plugin.StepMultiMap', {}), { error: 'Step needs an EventId' })
  t.match(await kong.call('plugin.Step', { EventId: '__proto__' }), { error: 'Step needs an EventId' })
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
    plugin('reads', async (kong) => {
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
