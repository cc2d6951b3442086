// A handler that fails, hangs or is abandoned ends in 503, and nothing of it stays in memory.
import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { PLUGINS } from '../../src/plugins.ts'
import { rpcCall, rpcReturn } from '../../src/protocol/calls.ts'
import { readFrame } from '../../src/protocol/codec.ts'
import { FrameWriter } from '../../src/protocol/frame-writer.ts'
import { createFrameReader } from '../../src/protocol/frames.ts'
import { getMethod } from '../../src/protocol/pdk-calls.ts'
import { deny, type Effects, unavailable } from '../../src/stages/effects.ts'
import { eventually } from '../support/eventually.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import { madeUpPlugin } from '../support/made-up-plugin.ts'
import { startPluginServer } from '../support/plugin-server.ts'

const UNAVAILABLE = {
  kind: 'exited',
  status: 503,
  body: { message: 'Service temporarily unavailable' },
  headers: { 'Retry-After': '5' },
  requestHeaders: {},
  responseHeaders: {},
}

t.test('a stage that throws, at once or later, ends in 503 and never in a pass', async (t) => {
  const broken = [
    madeUpPlugin('throws', () => {
      throw new Error('at once')
    }),
    madeUpPlugin('rejects', async (kong) => {
      await kong.request.getHeader('authorization')
      throw new TypeError('later')
    }),
    madeUpPlugin('throws-nothing', () => Promise.reject(undefined)),
  ]
  const running = await startPluginServer(t, {}, broken)
  for (const { name } of broken) {
    const kong = running.connect()
    const outcome = await kong.access(await kong.start(name, {}), {})
    t.match(outcome, UNAVAILABLE, name)
  }
  await eventually(() => running.events.size === 0)
})

t.test('what cannot be sent to Kong is not carried out, and ends in 503', async (t) => {
  const unsendable = {
    get x(): string {
      throw new Error('not to be read')
    },
  }
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('odd', async () => ({ kind: 'pass', requestHeaders: unsendable })),
  ])
  const kong = running.connect()
  t.strictSame(await kong.access(await kong.start('odd', {}), {}), { ...UNAVAILABLE, calls: ['kong.response.exit'] })
  t.equal(running.events.size, 0)
})

t.test('questions asked side by side leave in one piece, each gets its own answer', async (t) => {
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('asks', async (kong) => {
      const names = ['a', 'b', 'c']
      const [a, b, c] = await Promise.all(names.map((name) => kong.request.getHeader(name)))
      return { kind: 'pass', requestHeaders: { 'X-Read': `${a} ${b} ${c}` } }
    }),
  ])
  const kong = running.connect()
  const instance_id = await kong.start('asks', {})
  const outcome = await kong.access(instance_id, { headers: { a: '1', b: '2' } })
  t.match(outcome, { kind: 'passed', requestHeaders: { 'X-Read': '1 2 undefined' } })
  let chunks = 0
  kong.socket.on('data', () => {
    chunks += 1
  })
  kong.begin({ cmd_handle_event: { instance_id, event_name: 'access' } })
  const asked = [await kong.pdkCall(), await kong.pdkCall(), await kong.pdkCall()]
  t.strictSame(
    asked.map((call) => call?.argument),
    ['a', 'b', 'c'],
  )
  t.equal(chunks, 1)
  t.equal(running.events.size, 1)
})

t.test('an answer of Kong that is not what it must be ends in 503', async (t) => {
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('asks', async (kong) => ({
      kind: 'pass',
      requestHeaders: { 'X-Method': await kong.request.getMethod() },
    })),
  ])
  const answers: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.from([0, 0, 0, 0])],
    ['a number', Buffer.from([2, 0, 0, 0, 0x08, 7])],
    ['a text longer than its frame', Buffer.from([3, 0, 0, 0, 0x0a, 90, 71])],
  ]
  for (const [what, answer] of answers) {
    const kong = running.connect()
    kong.begin({ cmd_handle_event: { instance_id: await kong.start('asks', {}), event_name: 'access' } })
    t.match(await kong.pdkCall(), { name: getMethod.name })
    kong.write(answer)
    const next = await kong.pdkCall()
    // For the log, which does not depend on an answer.
    const last = next?.argument === 'kong_request_id' ? await kong.pdkCall() : next
    t.match(last, { name: 'kong.response.exit', argument: { status: 503 } }, what)
  }
  t.equal(running.events.size, 0)
})

t.test('what has no result is not waited for: it leaves in one piece with the end', async (t) => {
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('acts', async (kong) => ({
      kind: 'pass',
      requestHeaders: { 'X-Read': (await kong.request.getHeader('a')) ?? '' },
      responseHeaders: { 'X-Seen': 'yes' },
      chainContext: { token: 'p' },
    })),
  ])
  const kong = running.connect()
  const instance_id = await kong.start('acts', {})
  const chunks: Buffer[] = []
  kong.begin({ cmd_handle_event: { instance_id, event_name: 'access' } })
  t.match(await kong.pdkCall(), { name: 'kong.request.get_header', argument: 'a' })
  kong.socket.on('data', (chunk) => chunks.push(chunk))
  kong.send(getMethod.result, 'one')
  const said = [await kong.pdkCall(), await kong.pdkCall(), await kong.pdkCall(), await kong.pdkCall()]
  t.match(said, [
    { name: 'kong.service.request.set_headers', argument: { 'X-Read': 'one' } },
    { name: 'kong.response.set_headers', argument: { 'X-Seen': 'yes' } },
    { name: 'kong.ctx.shared.set', argument: { k: 'mobile_gateway', v: { token: 'p' } } },
    undefined,
  ])
  t.same(await kong.answer(), {})
  t.equal(chunks.length, 1, 'though Kong answered none of the three')
  t.equal(running.events.size, 0)
  // Kong answers them only now, and goes on with the next request on this connection.
  kong.write(Buffer.alloc(3 * 4))
  t.match(await kong.access(instance_id, { headers: { a: 'two' } }), { requestHeaders: { 'X-Read': 'two' } })
})

t.test('a server that stops in the middle of an event can still be answered what it said last', async (t) => {
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('acts', async (kong) => ({
      kind: 'pass',
      requestHeaders: { 'X-Read': (await kong.request.getHeader('a')) ?? '' },
      responseHeaders: { 'X-Seen': 'yes' },
    })),
  ])
  const instance_id = await running.connect().start('acts', {})
  // Kong reads and writes one after the other, and sees the end of the connection only when it reads on.
  const kong = connect({ path: running.socketPath, allowHalfOpen: true })
  const reader = createFrameReader()
  const frames: Buffer[] = []
  const errors: Error[] = []
  kong.on('data', (chunk) => frames.push(...reader.read(chunk)))
  kong.on('error', (cause) => errors.push(cause))
  const out = new FrameWriter()
  out.add(rpcCall.write, { sequence: 7, cmd_handle_event: { instance_id, event_name: 'access' } })
  const event = out.take()
  kong.write(event)
  await eventually(() => frames.length === 2)
  const stopped = running.stop()
  const ended = once(kong, 'end')
  kong.write(Buffer.alloc(4))
  await ended
  const [, , first, , second, , end, returned] = frames
  t.strictSame([first, second, end].map(String), ['kong.service.request.set_headers', 'kong.response.set_headers', ''])
  t.same(readFrame(rpcReturn, returned ?? Buffer.alloc(0)), { sequence: 7 })
  for (const bytes of [Buffer.alloc(4), Buffer.alloc(4), event])
    await new Promise<void>((resolve) => kong.write(bytes, () => resolve()))
  kong.end()
  await stopped
  t.strictSame(errors, [])
  t.equal(frames.length, 8, 'a call that comes too late is not begun')
})

t.test('a stage that hangs ends in 503 at the deadline', async (t) => {
  const running = await startPluginServer(t, { deadlineMillis: 50 }, [
    madeUpPlugin('hangs', () => new Promise(() => {})),
  ])
  const kong = running.connect()
  t.strictSame(await kong.access(await kong.start('hangs', {}), {}), { ...UNAVAILABLE, calls: ['kong.response.exit'] })
  t.equal(running.events.size, 0)
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
      madeUpPlugin('silent', async () => ({ kind: 'pass' })),
      madeUpPlugin('throws', () => Promise.reject(new Error('on purpose'))),
      madeUpPlugin('waits', () => waiting),
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
    t.equal(running.events.size, 0)

    for (let n = 0; n < 10; n += 1) {
      const dying = running.connect()
      dying.begin({ cmd_handle_event: { instance_id: waits, event_name: 'access' } })
    }
    await eventually(() => running.events.size === 10)
    running.closeClients()
    await eventually(() => running.events.size === 0)
    release()
    t.ok((await running.connect().call({ cmd_get_plugin_names: {} })).plugin_names, 'and the server lives on')
  },
)

t.test(
  'each line of a refusal names its call, as the answer does; who does not get that in time is answered all the same',
  async (t) => {
    const running = await startPluginServer(t, {}, [
      madeUpPlugin('refuses', async () => deny({ status: 401, reason: 'no-token', body: {}, headers: {} })),
      madeUpPlugin('breaks', () => Promise.reject(new Error('broken'))),
      madeUpPlugin('is-away', async () => deny(unavailable('keys are away'))),
      madeUpPlugin('is-silent', async () => deny(unavailable('Redis is away'))),
    ])
    const lines = () =>
      running.logged.map((line) => JSON.parse(line)).filter(({ msg }) => /request denied|stage failed/.test(msg))
    for (const [plugin, status] of [
      ['refuses', 401],
      ['breaks', 503],
      ['is-away', 503],
    ] as const) {
      const client = running.connect()
      const headers = { 'kong-request-id': `id of ${plugin}` }
      t.match(await client.access(await client.start(plugin, {}), { headers }), { kind: 'exited', status })
    }
    await eventually(() => lines().length === 3)
    t.match(lines(), [
      { plugin: 'refuses', requestId: 'id of refuses', msg: 'request denied' },
      { plugin: 'breaks', requestId: 'id of breaks' },
      { plugin: 'is-away', requestId: 'id of is-away', msg: 'request denied' },
    ])
    const silent = running.connect()
    silent.begin({ cmd_handle_event: { instance_id: await silent.start('is-silent', {}), event_name: 'access' } })
    t.match(await silent.pdkCall(), { name: 'kong.nginx.get_var', argument: 'kong_request_id' })
    t.match(await silent.pdkCall(), { name: 'kong.response.exit' }, 'though its question has no answer')
  },
)

t.test('of an error the log tells names and codes, and nothing that a library hangs on it', async (t) => {
  const odd = Object.assign(new Error('broken'), {
    code: 'ERR_JWT',
    payload: { sub: 'usr_alice' },
    command: ['usr_alice'],
  })
  const running = await startPluginServer(t, {}, [madeUpPlugin('breaks', () => Promise.reject(odd))])
  const client = running.connect()
  t.match(await client.access(await client.start('breaks', {}), {}), UNAVAILABLE)
  const line = () => running.logged.find((each) => each.includes('stage failed'))
  await eventually(() => line() !== undefined)
  t.match(JSON.parse(line() ?? ''), {
    err: { type: 'Error', message: 'broken', code: 'ERR_JWT', stack: /events\.test/ },
  })
  t.notMatch(running.logged.join(''), /usr_alice/)
})

t.test('where refusals are not logged, none of them asks Kong for anything', async (t) => {
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('refuses', async () => deny({ status: 401, reason: 'no-token', body: {}, headers: {} })),
  ])
  running.services.log.level = 'info'
  const client = running.connect()
  const instance_id = await client.start('refuses', {})
  client.begin({ cmd_handle_event: { instance_id, event_name: 'access' } })
  t.match(
    await client.pdkCall(),
    { name: 'kong.request.get_header', argument: 'content-type' },
    'but for the answer to gRPC',
  )
})
