// The server towards Kong: which calls it answers, and that it survives whatever arrives.
import { connect } from 'node:net'
import t from 'tap'
import { PLUGINS } from '../../src/plugins.ts'
import { type RpcCall, rpcCall, rpcReturn } from '../../src/protocol/calls.ts'
import { readFrame } from '../../src/protocol/codec.ts'
import { FrameWriter } from '../../src/protocol/frame-writer.ts'
import { getShared } from '../../src/protocol/pdk-calls.ts'
import { gatewayConfig } from '../support/issuer.ts'
import { madeUpPlugin } from '../support/made-up-plugin.ts'
import { startPluginServer } from '../support/plugin-server.ts'

function framed(call: RpcCall): Buffer {
  const out = new FrameWriter()
  out.add(rpcCall.write, call)
  return out.take()
}

t.test('only the calls Kong needs are answered', async (t) => {
  const kong = (await startPluginServer(t)).connect()
  // GetPluginInfo, GetInstanceStatus, one that does not exist, none at all.
  for (const call of ['0801820200', '0801920200', '0801ba0200', '0801', '']) {
    const bytes = Buffer.from(call, 'hex')
    kong.write(Buffer.concat([Buffer.from([bytes.length, 0, 0, 0]), bytes]))
    await t.rejects(kong.frame(), { message: 'call not supported' }, call)
  }
  t.strictSame(await kong.call({ cmd_get_plugin_names: {} }), { plugin_names: PLUGINS.map(({ name }) => name) })
})

t.test('an unknown instance ends the connection, on which Kong starts it again', async (t) => {
  const kong = (await startPluginServer(t)).connect()
  const event = { instance_id: 7, event_name: 'access' }
  await t.rejects(kong.call({ cmd_handle_event: event }), { message: 'no plugin instance #7' })
  await t.rejects(kong.call({ cmd_close_instance: { instance_id: 7 } }), { message: 'no plugin instance #7' })
  await t.rejects(kong.call({ cmd_handle_event: {} }), { message: 'only the access phase is handled' })
})

t.test('instance ids do not start at 0 after a restart', async (t) => {
  const config = gatewayConfig('http://127.0.0.1:1/jwks')
  const first = await (await startPluginServer(t)).connect().start('mobile-gateway', config)
  const second = await (await startPluginServer(t)).connect().start('mobile-gateway', config)
  t.ok(first > 0 && first < 2 ** 31 && second > 0 && second < 2 ** 31)
  t.not(first, second)
})

t.test('a config that cannot be used is told in the log once, not with each call', async (t) => {
  const running = await startPluginServer(t)
  const kong = running.connect()
  const config = gatewayConfig('http://127.0.0.1:1/jwks', {
    ...{ backend_secret: '', $refs: { backend_secret: '{vault://env/backend-secret}' } },
  })
  for (let i = 0; i < 5; i += 1) await t.rejects(kong.start('mobile-gateway', config))
  const told = running.logged.filter((line) => line.includes('call from Kong refused'))
  t.equal(told.length, 1)
  t.match(told[0], "Kong's environment lacks BACKEND_SECRET")
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
  const start = (name: string, config: string) => kong.call({ cmd_start_instance: { name, config } })
  await t.rejects(start('mobile-gateway', '{'), { message: 'Config is not JSON' })
  await t.rejects(start('nobody', '{}'), { message: /nobody/ })
  await t.rejects(kong.call({ cmd_start_instance: {} }), { message: 'Config is not JSON' })
})

t.test('only the access phase can be called by name', async (t) => {
  const kong = (await startPluginServer(t)).connect()
  const instance_id = await kong.start('mobile-identity', { policy: 'p' })
  for (const event_name of ['constructor', 'rewrite', 'toString', '__proto__', ''])
    await t.rejects(kong.call({ cmd_handle_event: { instance_id, event_name } }), {
      message: 'only the access phase is handled',
    })
})

t.test('an instance that is closed is gone', async (t) => {
  const kong = (await startPluginServer(t)).connect()
  const instance_id = await kong.start('mobile-identity', { policy: 'p' })
  t.strictSame(await kong.call({ cmd_close_instance: { instance_id } }), {})
  t.match(await kong.access(instance_id, {}), { kind: 'failed', error: `no plugin instance #${instance_id}` })
})

t.test('garbage closes its connection and no other', async (t) => {
  const running = await startPluginServer(t, {}, [madeUpPlugin('waits', () => new Promise(() => {}))])
  const good = running.connect()
  const instance_id = await good.start('waits', {})
  const event = framed({ sequence: 1, cmd_handle_event: { instance_id, event_name: 'access' } })
  const rows: readonly (readonly [string, Buffer])[] = [
    ['a web client', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['MessagePack', Buffer.from([0x94, 0, 1, 0xa1, 0x78, 0x90])],
    ['no message', Buffer.from([1, 0, 0, 0, 0x0f])],
    ['a length beyond the frame', Buffer.from([3, 0, 0, 0, 0x0a, 0x7f, 0x20])],
    ['a frame without end', Buffer.alloc(2 * 1024 * 1024, 0xdb)],
    ['a second call while one is answered', Buffer.concat([event, event])],
  ]
  for (const [what, bytes] of rows) {
    const socket = connect(running.socketPath)
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    socket.on('error', () => {})
    socket.resume()
    socket.write(bytes)
    await closed
    t.pass(what)
  }
  t.ok((await good.call({ cmd_get_plugin_names: {} })).plugin_names)
  t.equal(running.events.size, 0)
})

t.test(
  'calls with any byte another one, cut or doubled: the next call of another connection is answered',
  async (t) => {
    const running = await startPluginServer(t)
    const good = running.connect()
    const instance_id = await good.start('mobile-gateway', gatewayConfig('http://127.0.0.1:9/jwks'))
    const calls = [
      { sequence: 1, cmd_handle_event: { instance_id, event_name: 'access' } },
      {
        sequence: 2,
        cmd_start_instance: {
          name: 'mobile-gateway',
          config: JSON.stringify(gatewayConfig('http://127.0.0.1:9/jwks')),
        },
      },
      { sequence: 3, cmd_get_plugin_names: {} },
    ].map(framed)
    const send = async (bytes: Buffer): Promise<void> => {
      const socket = connect(running.socketPath)
      const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
      socket.on('error', () => {})
      socket.resume()
      // What is no whole frame is waited for; whoever hangs up ends it.
      socket.end(bytes)
      await closed
    }
    for (let n = 0; n < 3000; n += 20) {
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => {
          const call = calls[(n + index) % calls.length] ?? Buffer.alloc(0)
          const at = ((n + index) * 7919) % call.length
          const other = Buffer.from(call)
          other[at] = ((n + index) * 104_729) % 256
          const kinds = [other, call.subarray(0, at), Buffer.concat([other, other]), Buffer.concat([call, other])]
          return send(kinds[(n + index) % kinds.length] ?? other)
        }),
      )
      t.ok((await good.call({ cmd_get_plugin_names: {} })).plugin_names)
    }
    t.notMatch(running.logged.join(''), '"level":60')
  },
)

t.test('a call cut anywhere is answered when it is whole', async (t) => {
  const running = await startPluginServer(t)
  const bytes = framed({ sequence: 9, cmd_get_plugin_names: {} })
  const kong = running.connect()
  for (let cut = 1; cut < bytes.length; cut += 1) {
    kong.write(bytes.subarray(0, cut))
    kong.write(bytes.subarray(cut))
    t.match(
      readFrame(rpcReturn, await kong.frame()),
      { sequence: 9, plugin_names: ['mobile-gateway'] },
      `cut at ${cut}`,
    )
  }
})

t.test('Kong hanging up in the middle of an answer (EPIPE) does no harm', async (t) => {
  const running = await startPluginServer(t)
  for (let n = 0; n < 50; n += 1) {
    const socket = connect(running.socketPath)
    socket.on('error', () => {})
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    socket.write(framed({ sequence: 1, cmd_get_plugin_names: {} }), () => socket.destroy())
  }
  t.ok((await running.connect().call({ cmd_get_plugin_names: {} })).plugin_names)
})

t.test('a key called __proto__ in an answer of Kong harms nobody', async (t) => {
  const seen: unknown[] = []
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('reads', async (kong) => {
      seen.push(await kong.ctx.shared.get('headers'))
      return { kind: 'pass' }
    }),
  ])
  const kong = running.connect()
  kong.begin({ cmd_handle_event: { instance_id: await kong.start('reads', {}), event_name: 'access' } })
  t.match(await kong.pdkCall(), { name: 'kong.ctx.shared.get', argument: 'headers' })
  kong.send(getShared.result, Object.fromEntries([['__proto__', { polluted: 'x' }]]))
  t.equal(await kong.pdkCall(), undefined)
  t.same(await kong.answer(), {})
  t.equal(Reflect.get({}, 'polluted'), undefined)
  t.strictSame(Object.keys(Object(seen[0])), ['__proto__'])
})
