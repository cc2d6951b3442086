// The PDK calls that our plugins make, asked of Kong and of the embedded gateway: the same answers.
import t from 'tap'
import {
  authenticate,
  exit,
  getForwardedIp,
  getHeader,
  getMethod,
  getShared,
  getVar,
  loadConsumer,
  setRequestHeaders,
  setResponseHeaders,
  setSerializeValue,
  setShared,
} from '../../src/protocol/pdk-calls.ts'
import { startBackend, valuesOf } from './support/backend.ts'
import { fronts, renderKongYml, startFront } from './support/front.ts'
import { type PeerEvent, startPeer } from './support/peer.ts'
import { bodyOf, rawGet, rawRequest, statusOf } from './support/raw.ts'

t.setTimeout(120_000)
/** What the guard asks for: that the call was verified and counted, and whose it is. */
const MARK = {
  'X-Mobile-Gateway': 'mobile-api;60;59;42;Minute:60:59',
  'X-Mobile-Gateway-Caller': 'X-Consumer-Username=demo-app',
}
const consumers = '\nconsumers:\n- username: demo-app\n  custom_id: äpp_1\n'

for (const kind of fronts) {
  t.test(`${kind}: what plugins read`, async (t) => {
    const read: unknown[] = []
    const access = async ({ pdk }: PeerEvent): Promise<void> => {
      for (const name of ['request', 'http_dpop', 'http_nothing']) read.push(await pdk(getVar, name))
      for (const name of ['dpop', 'x-under-score', 'x-none']) read.push(await pdk(getHeader, name))
      read.push(await pdk(getMethod, undefined))
      read.push(await pdk(getForwardedIp, undefined))
      for (const id of ['demo-app', 'nobody']) read.push(await pdk(loadConsumer, { id, by_username: true }))
      read.push(await pdk(setSerializeValue, { k: 'gateway', v: { policy: 'p' } }))
      const id = '6f0c2c1e-8d5b-5f0a-9a3e-7b1d52c4e806'
      read.push(
        await pdk(authenticate, { consumer: { id, username: 'x' }, credential: { id: 'x|y', consumer_id: id } }),
      )
      read.push(await pdk(setShared, { k: 'authenticated_groups', v: ['a'] }))
      await pdk(setRequestHeaders, [MARK])
    }
    const backend = await startBackend(t)
    const peer = await startPeer(t, { access })
    const yaml = (await renderKongYml(backend.url)) + consumers
    const front = await startFront(t, kind, { yaml, socketPath: peer.socketPath })
    const lines = [
      'Host: localhost',
      'Connection: close',
      'DPoP: one',
      'dpop: two',
      'X_Under_Score: Ã©',
      'Content-Length: 0',
      '',
      '',
    ]
    const rows: readonly (readonly [line: string, method: string])[] = [
      ['POST /mobile/a%20b/../c?x=1 HTTP/1.1', 'POST'],
      ['PUT http://evil.example/mobile/%7e HTTP/1.1', 'PUT'],
      ['DELETE //mobile/../mobile/x HTTP/1.1', 'DELETE'],
    ]
    for (const [line, method] of rows) {
      read.length = 0
      t.equal(statusOf(await rawRequest(front.port, [line, ...lines].join('\r\n'))), 200, line)
      const nothing = undefined
      t.match(read, [
        line,
        'one, two',
        nothing,
        'one',
        'é',
        nothing,
        method,
        '127.0.0.1',
        { username: 'demo-app', custom_id: 'äpp_1', id: /^[0-9a-f-]{36}$/ },
        {},
        nothing,
        nothing,
        nothing,
      ])
    }
  })

  t.test(`${kind}: one set_headers sets and clears`, async (t) => {
    const access = async ({ pdk }: PeerEvent): Promise<void> => {
      const cleared = { Authorization: [], DPoP: [], 'X-Twice': [], 'X-Absent': [] }
      await pdk(setRequestHeaders, [{ ...cleared, 'X-Set': 'ours', ...MARK }])
    }
    const backend = await startBackend(t)
    const peer = await startPeer(t, { access })
    const front = await startFront(t, kind, { yaml: await renderKongYml(backend.url), socketPath: peer.socketPath })
    const headers = [
      'Authorization: DPoP x',
      'DPoP: a',
      'DPoP: b',
      'X-Twice: 1',
      'x-twice: 2',
      'X-Set: theirs',
      'X-Kept: 1',
    ]
    const request = ['GET /mobile/x HTTP/1.1', 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n')
    t.equal(statusOf(await rawRequest(front.port, request)), 200)
    const [seen] = backend.seen
    if (seen === undefined) return t.fail('the backend was not reached')
    for (const [name, values] of [
      ['Authorization', []],
      ['DPoP', []],
      ['X-Twice', []],
      ['X-Absent', []],
      ['X-Set', ['ours']],
      ['X-Kept', ['1']],
    ] as const)
      t.same(valuesOf(seen, name), values, name)
  })

  t.test(`${kind}: empty values, false and lists`, async (t) => {
    const shared: readonly (readonly [given: unknown, found: unknown])[] = [
      ['', ''],
      [0, 0],
      [1.5, 1.5],
      [true, true],
      [false, undefined],
      [null, undefined],
      [undefined, undefined],
      ['é😀', 'é😀'],
      [[], {}],
      [{}, {}],
      [
        ['a', 1],
        ['a', 1],
      ],
      [
        { a: [], b: {}, c: false, d: null, e: [{ f: 'é' }], __proto: 1 },
        { a: {}, b: {}, e: [{ f: 'é' }], __proto: 1 },
      ],
    ]
    const read: unknown[] = []
    const found: unknown[] = []
    const access = async ({ pdk }: PeerEvent): Promise<void> => {
      for (const name of ['x-empty', '']) read.push(await pdk(getHeader, name))
      for (const name of ['http_x_empty', 'no_such_thing', 'é', '']) read.push(await pdk(getVar, name))
      for (const name of ['never', '', 'set_false', 'set_empty']) read.push(await pdk(getShared, name))
      for (const [v] of shared) {
        await pdk(setShared, { k: 'k', v })
        found.push(await pdk(getShared, 'k'))
      }
      await pdk(setSerializeValue, {})
      await pdk(authenticate, { consumer: { username: 'né' }, credential: {} })
    }
    const backend = await startBackend(t)
    const peer = await startPeer(t, { access })
    const yaml = `
_format_version: "3.0"
services:
- name: s
  url: ${backend.url}
  routes: [{ name: r, paths: [/] }]
  plugins:
  - { name: mobile-identity, config: { policy: p } }
  - { name: pre-function, config: { access: ['kong.ctx.shared.set_false = false kong.ctx.shared.set_empty = ""'] } }
  - name: post-function
    config:
      access:
      - |
        local consumer = kong.client.get_consumer()
        consumer.tags = type(consumer.tags)
        kong.response.exit(200, { consumer = consumer, credential = kong.client.get_credential(), k = kong.ctx.shared.k })
`
    const front = await startFront(t, kind, { yaml, socketPath: peer.socketPath })
    const answer = await rawGet(front.port, '/', ['X-Empty:'])
    const none = undefined
    t.strictSame(read, [none, none, none, none, none, none, none, none, false, ''])
    for (const [i, [given, expected]] of shared.entries()) t.same(found[i], expected, JSON.stringify(given))
    t.same(JSON.parse(Buffer.from(bodyOf(answer), 'latin1').toString()), {
      consumer: { id: '', created_at: 0, username: 'né', custom_id: '', tags: 'table' },
      credential: { id: '', consumer_id: '' },
      k: { a: {}, b: {}, e: [{ f: 'é' }], __proto: 1 },
    })
  })

  t.test(`${kind}: several calls at once, in their order, and nothing after exit`, async (t) => {
    const read: unknown[] = []
    const backend = await startBackend(t)
    const peer = await startPeer(t, { access: async () => {} })
    const front = await startFront(t, kind, { yaml: await renderKongYml(backend.url), socketPath: peer.socketPath })
    const ask = async (access: (event: PeerEvent) => Promise<void>): Promise<string> => {
      peer.behaviour = { access }
      return rawGet(front.port, '/mobile/x')
    }

    const passed = await ask(async ({ pdk }) => {
      for (const value of ['one', 'two']) void pdk(setResponseHeaders, { 'X-Set': value })
      void pdk(setRequestHeaders, [{ ...MARK, 'X-Set': 'ours' }])
    })
    t.equal(statusOf(passed), 200, 'the end came with the calls')
    t.match(passed, /\r\nX-Set: two\r\n/i)
    t.strictSame(
      backend.seen.splice(0).map((seen) => valuesOf(seen, 'X-Set')),
      [['ours']],
    )

    const refused = await ask(async ({ pdk }) => {
      const method = pdk(getMethod, undefined)
      void pdk(setShared, { k: 'k', v: 'first' })
      const first = pdk(getShared, 'k')
      void pdk(setShared, { k: 'k', v: 'second' })
      read.push(...(await Promise.all([method, first, pdk(getShared, 'k')])))
      void pdk(setResponseHeaders, { 'X-Set': 'before' })
      void pdk(exit, { status: 403, body: 'no' })
      void pdk(setResponseHeaders, { 'X-Set': 'after' })
    })
    t.strictSame(read, ['GET', 'first', 'second'])
    t.equal(statusOf(refused), 403)
    t.match(refused, /\r\nX-Set: before\r\n/i)

    const failed = await ask(async ({ pdk }) => {
      void pdk(setRequestHeaders, [MARK])
      void pdk(setResponseHeaders, { 'X-Set': [1] })
    })
    t.equal(statusOf(failed), 500, 'one call fails after another')
    t.strictSame(backend.seen, [], 'the backend saw neither')
  })
}
