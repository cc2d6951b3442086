// A handler that fails, hangs or is abandoned ends in 503, and nothing of it stays in memory.
import t from 'tap'
import { PLUGINS } from '../src/plugins.ts'
import { createEventLedger, MAX_EVENT_AGE_MS } from '../src/server/events.ts'
import type { Effects } from '../src/stages/effects.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from './support/issuer.ts'
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
  await until(() => running.server.events.size === 0)
})

t.test('what cannot be sent to Kong is an error of that call, which the guard then sees as no mark', async (t) => {
  const unsendable = {
    get x(): string {
      throw new Error('not to be read')
    },
  }
  const running = await startPluginServer(t, {}, [
    madeUpPlugin('odd', async () => ({ kind: 'pass', requestHeaders: unsendable })),
  ])
  const kong = running.connect()
  const instance = await kong.start('odd', {})
  t.match(await kong.access(instance, {}), { kind: 'failed', error: 'not to be read', requestHeaders: {} })
})

t.test('a stage that hangs ends in 503 at the deadline', async (t) => {
  const running = await startPluginServer(t, { deadlineMs: 50 }, [madeUpPlugin('hangs', () => new Promise(() => {}))])
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
