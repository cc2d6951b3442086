// A handler that fails, hangs or is abandoned ends in 503, and nothing of it stays in memory.
import t from 'tap'
import { PLUGINS } from '../src/plugins.ts'
import { createEvents, type EventReply, MAX_EVENT_AGE_MS } from '../src/server/events.ts'
import type { Effects } from '../src/stages/effects.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from './support/issuer.ts'
import { property } from './support/kong-client.ts'
import { madeUpPlugin, until } from './support/made-up-plugin.ts'
import { startPluginServer } from './support/plugin-server.ts'

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
  await until(() => running.events.size === 0)
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

t.test('calls made side by side are sent one after the other, each with its own answer', async (t) => {
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('asks', async (kong) => {
      const names = ['a', 'b', 'c']
      const [a, b, c] = await Promise.all(names.map((name) => kong.request.getHeader(name)))
      return { kind: 'pass', requestHeaders: { 'X-Read': `${a} ${b} ${c}` } }
    }),
  ])
  const kong = running.connect()
  const outcome = await kong.access(await kong.start('asks', {}), { headers: { a: '1', b: '2' } })
  t.match(outcome, { kind: 'passed', requestHeaders: { 'X-Read': '1 2 undefined' } })
  t.equal(running.events.size, 0)
})

t.test('an answer of Kong that has not the shape it must have ends in 503', async (t) => {
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('asks', async (kong) => ({
      kind: 'pass',
      requestHeaders: { 'X-Method': await kong.request.getMethod() },
    })),
  ])
  const kong = running.connect()
  const InstanceId = await kong.start('asks', {})
  for (const Data of [undefined, null, 7, ['GET']]) {
    const { result } = await kong.call('plugin.HandleEvent', { InstanceId, EventName: 'access' })
    const step = await kong.call('plugin.Step', { EventId: property(result, 'EventId'), Data })
    t.match(step, { error: null, result: { Data: { Method: 'kong.response.exit', Args: [503] } } })
  }
  t.equal(running.events.size, 0)
})

t.test('a stage that hangs ends in 503 at the deadline', async (t) => {
  const running = await startPluginServer(t, { deadlineMs: 50 }, [madeUpPlugin('hangs', () => new Promise(() => {}))])
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
      dying.call('plugin.HandleEvent', { InstanceId: waits, EventName: 'access' }).catch(() => {})
    }
    await until(() => running.events.size === 10)
    t.equal((await running.connect().call('plugin.GetStatus', null)).error, null)
    running.closeClients()
    // Two round trips later the server has read that the others hung up.
    const witness = running.connect()
    for (let n = 0; n < 2; n += 1) await witness.call('plugin.GetStatus', null)
    release()
    await until(() => running.events.size === 0)
    t.equal((await running.connect().call('plugin.GetStatus', null)).error, null, 'and the server lives on')
  },
)

t.test('an event for which no Step ever comes is dropped after its time', async (t) => {
  let now = 0
  const events = createEvents(() => now)
  const replies: EventReply[] = []
  const answer = (reply: EventReply): boolean => replies.push(reply) > 0
  const begin = (): number => {
    events.begin(async (kong) => {
      await kong.request.getHeader('authorization')
      await kong.service.request.setHeaders({})
    }, answer)
    return replies.at(-1)?.EventId ?? -1
  }
  const [first, second, third] = [begin(), begin(), begin()]
  now = MAX_EVENT_AGE_MS - 1
  const fourth = begin()
  events.step(first, undefined, answer)
  await until(() => replies.length === 5)
  events.sweep()
  t.equal(events.size, 4)
  now = MAX_EVENT_AGE_MS
  events.sweep()
  t.equal(events.size, 2)
  for (const id of [second, third]) t.throws(() => events.step(id, undefined, answer), `event id ${id} not found`)
  events.step(first, undefined, answer)
  await until(() => replies.length === 6)
  t.strictSame(replies.at(-1), { EventId: first, Data: 'ret' })
  now = 2 * MAX_EVENT_AGE_MS
  events.sweep()
  t.equal(events.size, 0)
  t.throws(() => events.step(fourth, undefined, answer), `event id ${fourth} not found`)
})

t.test('ids of events do not start at 0 after a restart: a Step for the server that died meets nobody', async (t) => {
  const ids: number[] = []
  for (let n = 0; n < 2; n += 1)
    createEvents(() => 0).begin(
      async () => {},
      ({ EventId }) => ids.push(EventId) > 0,
    )
  await until(() => ids.length === 2)
  t.ok(ids.every((id) => Number.isSafeInteger(id) && id >= 0 && id < 2 ** 32))
  t.not(ids[0], ids[1])
})

t.test('a late or invented Step is an error of that call only', async (t) => {
  const running = await startPluginServer(t)
  const kong = running.connect()
  t.match(await kong.call('plugin.Step', { EventId: 99 }), { error: 'event id 99 not found' })
  t.match(await kong.call('plugin.StepMultiMap', {}), { error: 'Step needs an EventId' })
  t.match(await kong.call('plugin.Step', { EventId: '__proto__' }), { error: 'Step needs an EventId' })
})
