// The PDK calls that our plugins make, asked of Kong and of the embedded gateway: the same answers.
import t from 'tap'
import { startBackend, valuesOf } from './gateway-support/backend.ts'
import { fronts, renderKongYml, startFront } from './gateway-support/front.ts'
import { type PeerEvent, startPeer } from './gateway-support/peer.ts'
import { rawRequest, statusOf } from './gateway-support/raw.ts'

t.setTimeout(120_000)
const MARK = 'mobile-api;60;59;42;Minute:60:59'
const consumers = '\nconsumers:\n- username: demo-app\n  custom_id: app_1\n'

for (const kind of fronts) {
  t.test(`${kind}: what plugins read`, async (t) => {
    const read: unknown[] = []
    const access = async ({ pdk }: PeerEvent): Promise<void> => {
      for (const name of ['request', 'http_dpop', 'http_nothing']) read.push(await pdk('kong.nginx.get_var', name))
      read.push(await pdk('kong.request.get_method'))
      read.push(await pdk('kong.client.get_forwarded_ip'))
      for (const name of ['demo-app', 'nobody']) read.push(await pdk('kong.client.load_consumer', name, true))
      read.push(await pdk('kong.log.set_serialize_value', 'gateway', { policy: 'p' }))
      const id = '6f0c2c1e-8d5b-5f0a-9a3e-7b1d52c4e806'
      read.push(await pdk('kong.client.authenticate', { id, username: 'x' }, { id: 'x|y', consumer_id: id }))
      read.push(await pdk('kong.ctx.shared.set', 'authenticated_groups', ['a']))
      await pdk('kong.service.request.set_headers', { 'X-Mobile-Gateway': MARK })
    }
    const backend = await startBackend(t)
    const peer = await startPeer(t, { access })
    const yaml = (await renderKongYml(backend.url)) + consumers
    const front = await startFront(t, kind, { yaml, socketPath: peer.socketPath })
    const lines = ['Host: localhost', 'Connection: close', 'DPoP: one', 'dpop: two', 'Content-Length: 0', '', '']
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
        method,
        '127.0.0.1',
        { username: 'demo-app', custom_id: 'app_1', id: /^[0-9a-f-]{36}$/ },
        nothing,
        nothing,
        nothing,
        nothing,
      ])
    }
  })

  t.test(`${kind}: one set_headers sets and clears`, async (t) => {
    const access = async ({ pdk }: PeerEvent): Promise<void> => {
      const cleared = { Authorization: [], DPoP: [], 'X-Twice': [], 'X-Absent': [] }
      await pdk('kong.service.request.set_headers', { ...cleared, 'X-Set': 'ours', 'X-Mobile-Gateway': MARK })
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
}
