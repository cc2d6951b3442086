// What the embedded gateway does as Kong does it; with a `kong` on PATH every line here is asked of Kong too.
import t, { type Test } from 'tap'
import type { PdkCall } from '../../src/protocol/pdk-call.ts'
import {
  authenticate,
  exit,
  getMethod,
  loadConsumer,
  setRequestHeaders,
  setResponseHeaders,
} from '../../src/protocol/pdk-calls.ts'
import { startBackend, valuesOf } from './support/backend.ts'
import { type Front, fronts, startFront } from './support/front.ts'
import { type Behaviour, type PeerEvent, startPeer, unknownCall } from './support/peer.ts'
import { bodyOf, rawGet, rawRequest, statusOf } from './support/raw.ts'

t.setTimeout(120_000)

const pluginConfig = `{ policy: p, issuers: [{ issuer: i, jwks_uri: "http://127.0.0.1:9/jwks" }], audiences: [a] }`

/** What Lua asks → what it is told. */
const told: readonly (readonly [expression: string, result: unknown])[] = [
  ['kong.request.get_method()', 'GET'],
  ['kong.request.get_path()', '/told/ab'],
  ['kong.request.get_raw_path()', '/told/%61b'],
  ['kong.request.get_path_with_query()', '/told/%61b?a=1&a=2&b=&flag&c=%C3%A9'],
  ['kong.request.get_raw_query()', 'a=1&a=2&b=&flag&c=%C3%A9'],
  ['kong.request.get_scheme()', 'http'],
  ['kong.request.get_host()', 'localhost'],
  ['kong.request.get_forwarded_host()', 'localhost'],
  ['kong.request.get_forwarded_prefix()', '/told'],
  ['kong.request.get_header("x-under-score")', 'u'],
  ['kong.request.get_header("X-Twice")', '1'],
  ['kong.request.get_header("x-none")', undefined],
  ['kong.request.get_header("__proto__")', 'p'],
  [
    'kong.request.get_headers(5)',
    { host: 'localhost', connection: 'close', x_under_score: 'u', 'x-twice': ['1', '2'] },
  ],
  ['kong.request.get_query()', { a: ['1', '2'], b: '', flag: true, c: 'é' }],
  ['kong.request.get_query_arg("flag")', true],
  ['ngx.var.http_x_twice', '1, 2'],
  ['kong.client.get_ip()', '127.0.0.1'],
  ['kong.client.get_consumer()', undefined],
]

/** Routes without a guard, so that it shows what Kong does by itself. */
function yamlFor(backend: string): string {
  return `
_format_version: "3.0"
services:
- name: plain
  url: ${backend}
  retries: 0
  routes:
  - { name: plain, paths: [/plain] }
  - { name: kept, paths: [/kept], strip_path: false, preserve_host: true }
  - { name: regex, paths: ['~/r/(?<id>\\d+)/x'] }
- name: based
  url: ${backend}/base
  routes:
  - { name: based, paths: [/based, /based/deeper/], methods: [GET] }
- name: plugged
  url: ${backend}
  routes: [{ name: plugged, paths: [/plugged] }]
  plugins: [{ name: mobile-gateway, config: ${pluginConfig} }]
- name: early
  url: ${backend}
  routes: [{ name: early, paths: [/early] }]
  plugins:
  - name: post-function
    config:
      access:
      - kong.response.set_header("X-Early", "1") kong.response.set_header("Content-Type", "text/early")
      header_filter:
      - kong.response.set_header("X-Late", "2") kong.response.clear_header("X-Gone")
- name: lua
  url: ${backend}
  routes: [{ name: lua-error, paths: [/lua-error] }]
  plugins: [{ name: post-function, config: { access: ['error("x")'] } }]
- name: told
  url: ${backend}
  routes: [{ name: told, paths: [/told] }]
  plugins:
  - name: post-function
    config: { access: ['kong.response.exit(200, { ${told.map(([expression], i) => `r${i} = ${expression}`).join(', ')} })'] }
- name: down
  url: http://127.0.0.1:9
  retries: 0
  routes: [{ name: down, paths: [/down] }]
- name: nowhere
  url: http://no-such-host.invalid
  retries: 0
  routes: [{ name: nowhere, paths: [/nowhere] }]
routes:
- { name: serviceless, paths: [/serviceless] }
- { name: secure, paths: [/secure], protocols: [https] }
- { name: by-header, paths: [/plain], headers: { x-kind: [special] } }
`
}

async function setUp(t: Test, kind: Front['kind'], behaviour: Behaviour = { access: async () => undefined }) {
  const backend = await startBackend(t, (req, res) => {
    req.resume()
    res.setHeader('X-Gone', '1')
    res.setHeader('X-Early', 'backend')
    res.setHeader('Content-Type', 'text/plain')
    res.end('hello')
  })
  const peer = await startPeer(t, behaviour)
  const front = await startFront(t, kind, { yaml: yamlFor(backend.url), socketPath: peer.socketPath })
  return { backend, peer, front }
}

/** Path asked for → path that the backend sees. */
const paths: readonly (readonly [string, string])[] = [
  ['/plain', '/'],
  ['/plain/', '/'],
  ['/plain/a', '/a'],
  ['/plain/a/', '/a/'],
  ['/plainly', '/ly'],
  ['/plain/a?x=1&y', '/a?x=1&y'],
  ['/plain/a?', '/a?'],
  ['/plain/a%2Fb', '/a%2Fb'],
  ['/plain/%61%7e', '/a~'],
  ['/plain//a', '/a'],
  ['/plain/./a/../b', '/b'],
  ['/x/../plain/a', '/a'],
  ['/plain/%2e%2e/plain/z', '/z'],
  ['/plain/a%20b', '/a%20b'],
  ['/plain/%C3%A9', '/%C3%A9'],
  ["/plain/a;b=c,d'(e)", "/a;b=c,d'(e)"],
  ['/kept/a', '/kept/a'],
  ['/r/12/x/y', '/y'],
  ['/based', '/base'],
  ['/based/', '/base/'],
  ['/based/q', '/base/q'],
  ['/based/deeper/q', '/base/q'],
  ['/based/deeper', '/base/deeper'],
]

/** A whole request → the status, and a word of the body. */
const refusals: readonly (readonly [what: string, request: string, status: number, word: string])[] = [
  ['no route', 'GET /none HTTP/1.1', 404, 'no Route matched with those values'],
  ['a method that no route has', 'POST /based HTTP/1.1\r\nContent-Length: 0', 404, 'no Route matched'],
  ['a regex that does not match', 'GET /r/ab/x HTTP/1.1', 404, 'no Route matched'],
  ['a route without a service', 'GET /serviceless HTTP/1.1', 503, 'no Service found with those values'],
  ['https only', 'GET /secure HTTP/1.1', 426, 'Please use HTTPS protocol'],
  ['Lua that fails', 'GET /lua-error HTTP/1.1', 500, 'An unexpected error occurred'],
  ['a backend that refuses', 'GET /down HTTP/1.1', 502, 'An invalid response was received from the upstream server'],
  ['a host that does not exist', 'GET /nowhere HTTP/1.1', 503, 'name resolution failed'],
  ['TRACE', 'TRACE /plain HTTP/1.1', 405, ''],
  ['CONNECT', 'CONNECT x:1 HTTP/1.1', 400, ''],
  ['two Authorization headers', 'GET /plain HTTP/1.1\r\nAuthorization: a\r\nAuthorization: b', 400, 'Bad request'],
  ['two Host headers', 'GET /plain HTTP/1.1\r\nHost: b', 400, 'Bad request'],
  ['two lengths', 'POST /plain HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na', 400, ''],
  [
    'a length and chunks',
    'POST /plain HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    '',
  ],
  ['an unknown coding', 'POST /plain HTTP/1.1\r\nTransfer-Encoding: gzip, chunked', 501, ''],
  ['a space in a header name', 'GET /plain HTTP/1.1\r\nX-A : 1', 400, ''],
  ['a folded header', 'GET /plain HTTP/1.1\r\nX-A: 1\r\n x: 2', 400, ''],
  ['a header line of 9 KB', `GET /plain HTTP/1.1\r\nX-A: ${'a'.repeat(9000)}`, 400, 'header or cookie too large'],
  ['a request line of 9 KB', `GET /plain/${'a'.repeat(9000)} HTTP/1.1`, 414, 'URI too long'],
  [
    'headers of 40 KB',
    `GET /plain HTTP/1.1\r\n${Array.from({ length: 10 }, (_, i) => `X-${i}: ${'a'.repeat(4000)}`).join('\r\n')}`,
    400,
    'header or cookie too large',
  ],
  ['a path above the root', 'GET /../etc HTTP/1.1', 400, ''],
  ['an encoded path above the root', 'GET /plain/%2e%2e/%2e%2e/x HTTP/1.1', 400, ''],
  ['a broken escape', 'GET /plain/%zz HTTP/1.1', 400, ''],
  ['an escaped NUL', 'GET /plain/%00 HTTP/1.1', 400, ''],
  ['no HTTP', 'nonsense', 400, ''],
]

async function sendRefused(port: number, request: string): Promise<string> {
  const [head = '', ...body] = request.split('\r\n\r\n')
  const lines = [...head.split('\r\n'), 'Connection: close']
  if (head.includes('HTTP/1.1')) lines.splice(1, 0, 'Host: localhost')
  return rawRequest(port, [lines.join('\r\n'), ...(body.length > 0 ? body : [''])].join('\r\n\r\n'))
}

for (const kind of fronts) {
  t.test(kind, async (t) => {
    const shared = await setUp(t, kind)
    const backendSeen = shared.backend.seen
    t.test("paths reach the backend as Kong's path handling v0 has them", async (t) => {
      const { backend, front } = shared
      backendSeen.length = 0
      for (const [asked, expected] of paths) {
        backend.seen.length = 0
        t.equal(statusOf(await rawGet(front.port, asked)), 200, asked)
        t.equal(backend.seen[0]?.url, expected, asked)
      }
    })

    t.test('what is refused, and in which words', async (t) => {
      const { backend, front } = shared
      backendSeen.length = 0
      for (const [what, request, status, word] of refusals) {
        const answer = await sendRefused(front.port, request)
        t.equal(statusOf(answer), status, what)
        t.ok(answer.includes(word), `${what}: ${word}`)
      }
      t.same(backend.seen, [], 'the backend saw none of them')
    })

    t.test('what is refused of a HEAD is told by the head alone', async (t) => {
      for (const [what, request] of refusals.filter(([, asked]) => asked.startsWith('GET '))) {
        const answer = await sendRefused(shared.front.port, request.replace('GET ', 'HEAD '))
        t.ok(statusOf(answer) >= 400, what)
        t.equal(answer.indexOf('\r\n\r\n'), answer.length - 4, what)
      }
    })

    t.test("errors come in the form the client accepts, with the request's id", async (t) => {
      const { front } = shared
      backendSeen.length = 0
      const types: [accept: string, type: string, start: string][] = [
        ['application/json', 'application/json; charset=utf-8', '{\n  "message":"no Route matched with those values",'],
        ['*/*', 'application/json; charset=utf-8', '{\n  "message":"no Route'],
        ['text/html,application/xhtml+xml;q=0.9', 'text/html; charset=utf-8', '<!doctype html>'],
        ['text/plain', 'text/plain; charset=utf-8', 'no Route matched with those values\nrequest_id: '],
        ['application/xml;q=0.5, text/plain;q=0.1', 'application/xml; charset=utf-8', '<?xml'],
        ['image/png', 'application/json; charset=utf-8', '{'],
      ]
      for (const [accept, type, start] of types) {
        const answer = await fetch(`${front.url}/none`, { headers: { accept } })
        const body = await answer.text()
        t.equal(answer.headers.get('content-type'), type, accept)
        t.ok(body.startsWith(start), `${accept}: ${body.slice(0, 60)}`)
        t.ok(body.includes(answer.headers.get('x-kong-request-id') ?? 'none'), 'names the request')
      }
    })

    t.test('the headers that reach the backend', async (t) => {
      const { backend, front } = shared
      backendSeen.length = 0
      await rawGet(front.port, '/plain/a', [
        ...['X-Forwarded-For: 9.9.9.9', 'X-Forwarded-Host: evil', 'X-Forwarded-Prefix: /evil', 'X-Real-IP: 9.9.9.9'],
        ...['TE: trailers', 'Keep-Alive: 5', 'Proxy: x', 'Proxy-Connection: close', 'Upgrade: h2c', 'X_Under: 1'],
        ...['X.Dot: 1', 'X-Twice: 1', 'X-Twice: 2', 'Via: 1.1 other', 'Connection: close, X-Named', 'X-Named: 1'],
      ])
      const [seen] = backend.seen
      if (seen === undefined) return t.fail('the backend saw nothing')
      const expected: Record<string, string[]> = {
        host: [`127.0.0.1:${backend.port}`],
        connection: ['keep-alive'],
        te: ['trailers'],
        upgrade: [],
        'keep-alive': [],
        proxy: [],
        'proxy-connection': [],
        'x-forwarded-for': ['9.9.9.9, 127.0.0.1'],
        'x-forwarded-proto': ['http'],
        'x-forwarded-host': ['localhost'],
        'x-forwarded-port': [String(front.port)],
        'x-forwarded-path': ['/plain/a'],
        'x-forwarded-prefix': ['/plain'],
        'x-real-ip': ['127.0.0.1'],
        x_under: ['1'],
        'x-dot': [],
        'x-twice': ['1', '2'],
        'x-named': [],
      }
      for (const [name, values] of Object.entries(expected)) t.same(valuesOf(seen, name), values, name)
      t.match(valuesOf(seen, 'via')[0], /^1\.1 other, 1\.1 /)
      await rawRequest(front.port, 'GET /kept/a HTTP/1.1\r\nHost: App.Example:8000\r\nConnection: close\r\n\r\n')
      t.equal(backend.seen[1]?.headers.host, 'App.Example:8000', 'preserve_host')
      t.equal(backend.seen[1]?.headers['x-forwarded-prefix'], undefined, 'nothing was stripped')
    })

    t.test('response headers of plugins stand before those of the backend', async (t) => {
      const { front } = shared
      backendSeen.length = 0
      const lines = (await rawGet(front.port, '/early')).split('\r\n')
      t.same(
        lines.filter((line) => /^x-(early|late|gone):/i.test(line)),
        ['X-Early: 1', 'X-Early: backend', 'X-Late: 2'],
      )
      t.same(
        lines.filter((line) => /^content-type:/i.test(line)),
        ['Content-Type: text/plain; charset=UTF-8'],
      )
      t.equal(lines.filter((line) => /^via: .*1\.1 /i.test(line)).length, 1)
    })

    t.test('what Lua is told', async (t) => {
      const headers = ['X_Under_Score: u', 'X-Twice: 1', 'X-Twice: 2', '__proto__: p', 'X-Empty:']
      const answer = await rawGet(shared.front.port, '/told/%61b?a=1&a=2&b=&flag&c=%C3%A9', headers)
      const body: Record<string, unknown> = JSON.parse(Buffer.from(bodyOf(answer), 'latin1').toString())
      for (const [i, [expression, result]] of told.entries()) t.same(body[`r${i}`], result, expression)
    })

    t.test('the config that a plugin is started with', async (t) => {
      const { peer, front } = shared
      t.equal(statusOf(await rawGet(front.port, '/plugged')), 200)
      const [config = {}] = peer.configs
      t.match(config, { policy: 'p', leeway_seconds: 5, method_scopes: {}, required_scopes: [] }, 'with defaults')
      const added = ['__key__', '__plugin_id', '__seq__', '__ws_id', 'service_id']
      t.same(
        Object.keys(config)
          .filter((key) => /^__|_id$/.test(key))
          .sort(),
        added,
      )
    })

    t.test("a plugin's outcomes", async (t) => {
      const { backend, peer, front } = shared
      const call = <A>(pdkCall: PdkCall<A, unknown>, argument: A): Behaviour => ({
        access: async ({ pdk }) => void (await pdk(pdkCall, argument)),
      })
      const once = (use: (event: PeerEvent) => Promise<string | undefined>): Behaviour => {
        let left = 1
        return { access: async (event) => (left-- > 0 ? use(event) : undefined) }
      }
      const hang = (): Promise<void> => new Promise(() => undefined)
      const none = /\r\n\r\n$/
      const unexpected = /An unexpected error occurred/
      const cases: [what: string, behaviour: Behaviour, status: number, seen: RegExp, unseen?: RegExp][] = [
        ['passes', { access: async () => undefined }, 200, /hello/],
        ['exit with text', call(exit, { status: 403, body: 'no' }), 403, /\r\n\r\nno$/, /content-type/i],
        ['exit with bytes', call(exit, { status: 403, body: 'né' }), 403, /\r\n\r\nnÃ©$/],
        ['exit with headers', call(exit, { status: 401, body: '', headers: { 'X-A': 'b' } }), 401, /X-A: b/i, /html/],
        ['exit with headers alone', call(exit, { status: 401, headers: { 'X-A': 'b' } }), 401, /X-A: b/i, /html/],
        ['exit without a body', call(exit, { status: 401 }), 401, none],
        ['exit 503 without a body', call(exit, { status: 503 }), 503, none],
        [
          'of a single-valued header the last value wins',
          call(exit, { status: 401, headers: { 'WWW-Authenticate': ['A', 'B'], 'X-List': ['1', '2'] } }),
          401,
          /(?=[\s\S]*WWW-Authenticate: B)(?=[\s\S]*X-List: 1\r\nX-List: 2)/i,
          /: A\r/,
        ],
        ['a bad status', call(exit, { status: 42 }), 500, unexpected],
        ['no status', call(exit, {}), 500, unexpected],
        ['the connection breaks once', once(async ({ hangUp }) => void hangUp()), 200, /hello/],
        ['the event is refused once', once(async () => 'broken'), 200, /hello/],
        [
          'the connection breaks once after a call',
          once(async ({ pdk, hangUp }) => void pdk(getMethod, undefined).then(hangUp)),
          200,
          /hello/,
        ],
        [
          'the connection breaks before a call is answered',
          {
            access: ({ pdk, hangUp }) => {
              const answer = pdk(getMethod, undefined)
              hangUp()
              return answer
            },
          },
          500,
          unexpected,
        ],
        ['no answer', { access: hang }, 500, unexpected],
        ['no answer after a call', { access: ({ pdk }) => pdk(getMethod, undefined).then(hang) }, 500, unexpected],
        ['a call that there is not', call(unknownCall, undefined), 500, unexpected],
        ['headers that Lua rejects', call(setResponseHeaders, { 'X-A': [1] }), 500, unexpected],
        ['request headers that Lua rejects', call(setRequestHeaders, [{ 'X-A': [1] }]), 500, unexpected],
        ['nobody is authenticated', call(authenticate, {}), 500, unexpected],
        ['no id of a consumer', call(loadConsumer, {}), 500, unexpected],
      ]
      for (const [what, behaviour, status, present, absent = /^$/] of cases) {
        backend.seen.length = 0
        peer.behaviour = behaviour
        const answer = await rawGet(front.port, '/plugged')
        t.equal(statusOf(answer), status, what)
        t.match(answer, present, what)
        t.notMatch(answer, absent, what)
        t.equal(backend.seen.length, status === 200 ? 1 : 0, what)
      }
      backend.seen.length = 0
      peer.behaviour = { access: ({ pdk }) => pdk(getMethod, undefined).then(() => peer.stop()) }
      t.equal(statusOf(await rawGet(front.port, '/plugged')), 500, 'a server that goes in the middle')
      t.equal(statusOf(await rawGet(front.port, '/plugged')), 500, 'a server that is gone')
      t.same(backend.seen, [], 'nothing passed')
    })

    t.test('an instance that the plugin server lost is started again', async (t) => {
      const { peer, front } = await setUp(t, kind, {
        access: async ({ pdk }) => void (await pdk(exit, { status: 401, body: 'no' })),
      })
      t.equal(statusOf(await rawGet(front.port, '/plugged')), 401)
      peer.forgetInstances()
      t.equal(statusOf(await rawGet(front.port, '/plugged')), 401)
      const [start, event] = ['cmd_start_instance', 'cmd_handle_event']
      t.strictSame(peer.calls, [start, event, event, start, event])
      // Kong itself would go on without end, for as long as the client waits.
      if (kind === 'kong') return
      peer.behaviour = { access: async () => 'broken' }
      t.equal(statusOf(await rawGet(front.port, '/plugged')), 500)
      t.strictSame(peer.calls.slice(5), [event, start, event, start, event, start, event], 'three times')
      t.match(await front.log(), '[mobile-gateway] broken')
    })

    t.test('a connection is used again, but not after an answer or a failure', async (t) => {
      const { peer, front } = await setUp(t, kind)
      const connections = async (behaviour: Behaviour): Promise<number> => {
        peer.behaviour = behaviour
        await rawGet(front.port, '/plugged')
        return peer.connections
      }
      const pass: Behaviour = { access: async () => undefined }
      t.equal(await connections(pass), 1)
      t.equal(await connections({ access: async ({ pdk }) => void (await pdk(getMethod, undefined)) }), 1)
      t.equal(await connections({ access: ({ pdk }) => pdk(exit, { status: 401 }) }), 1)
      t.equal(await connections(pass), 2, 'after an answer')
      t.equal(await connections({ access: () => new Promise(() => undefined) }), 2)
      t.equal(await connections(pass), 3, 'after a timeout')
      t.equal(await connections({ access: ({ pdk }) => pdk(unknownCall, undefined) }), 3)
      t.equal(await connections(pass), 4, 'after a call that there is not')
    })

    t.test('an instance that does not start means 500', async (t) => {
      const { backend, peer, front } = await setUp(t, kind, {
        access: async () => undefined,
        start: async () => 'bad config',
      })
      t.equal(statusOf(await rawGet(front.port, '/plugged')), 500)
      if (kind === 'embedded') t.match(await front.log(), '[mobile-gateway] bad config')
      peer.behaviour = { access: async () => undefined }
      t.equal(statusOf(await rawGet(front.port, '/plugged')), 200, 'and is tried again')
      t.equal(backend.seen.length, 1)
    })
  })
}
