// One guard for all services: what one service's policy has let pass is worth nothing at another, nor at one without a name.
import t from 'tap'
import { setRequestHeaders } from '../../src/protocol/pdk-calls.ts'
import { startBackend } from './support/backend.ts'
import { fronts, renderKongYml, startFront } from './support/front.ts'
import { startPeer } from './support/peer.ts'
import { rawGet, statusOf } from './support/raw.ts'

t.setTimeout(120_000)

function service(name: string, path: string): string {
  return `- ${name}
  url: http://backend
  retries: 1
  routes: [{ name: ${path}, paths: [/${path}] }]
  plugins:
  - name: mobile-gateway
    config: { policy: ${path}, issuers: [{ issuer: "http://a", jwks_uri: "http://a/jwks" }], audiences: ["http://b"] }
  - { name: post-function, config: { access: [*guard] } }
`
}
/** The longest that a policy may bear. */
const LONG = 'l'.repeat(64)
const SERVICES = [
  service('name: orders', 'orders'),
  service('name: renamed', 'old-name'),
  service('id: 5a3e0a0e-7b1c-4c1e-9d67-0a4f3f4c2b11', 'nameless'),
  // what patterns of Lua give a meaning to
  service('name: sh.p', 'dotted'),
  service('name: ship-', 'dashed'),
  service(`name: ${LONG}`, 'long'),
]

for (const kind of fronts) {
  t.test(
    `${kind}: one guard lets pass what the service's own policy has, and refuses where there is no name`,
    async (t) => {
      const backend = await startBackend(t)
      let policy = ''
      const peer = await startPeer(t, {
        access: async ({ pdk }) =>
          void (await pdk(setRequestHeaders, [
            {
              'X-Mobile-Gateway': `${policy};60;59;42;Minute:60:59`,
              'X-Mobile-Gateway-Caller': 'X-Authenticated-UserId=usr_alice',
            },
          ])),
      })
      const file = await renderKongYml(backend.url)
      const more = SERVICES.join('').replaceAll('http://backend', backend.url)
      const yaml = file.replace('\n# Where apps read', () => `${more}\n# Where apps read`)
      const front = await startFront(t, kind, { yaml, socketPath: peer.socketPath })
      const rows: readonly [string, string, number][] = [
        ['mobile', 'mobile-api', 200],
        ['orders', 'orders', 200],
        ['mobile', 'orders', 503],
        ['orders', 'mobile-api', 503],
        ['orders', 'orders/anonymous', 503],
        ['old-name', 'old-name', 503],
        ['old-name', 'renamed', 200],
        ...['shop', 'sh.p', 'sh'].map((name): [string, string, number] => ['dotted', name, 503]),
        ...['ship', 'shi', 'shipp'].map((name): [string, string, number] => ['dashed', name, 503]),
        ['dashed', 'ship-', 200],
        ['long', LONG, 200],
        ['long', `${LONG}l`, 503],
        ['long', LONG.slice(1), 503],
        ...['nameless', 'nil', 'null', ''].map((name): [string, string, number] => ['nameless', name, 503]),
      ]
      for (const [path, passed, status] of rows) {
        policy = passed
        t.equal((await fetch(`${front.url}/${path}/x`)).status, status, `${path} passed by "${passed}"`)
      }
      const upgrade = [
        'Connection: Upgrade, close',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: YQ==',
      ]
      policy = 'mobile-api'
      t.equal(statusOf(await rawGet(front.port, '/orders/x', upgrade)), 503, 'a WebSocket, passed by another')
      t.equal(backend.seen.length, rows.filter(([, , status]) => status === 200).length)
    },
  )
}
