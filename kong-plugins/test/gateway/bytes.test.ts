// Bytes on their way through the gateway, in both directions: what passes as it is, what changes, what is refused, as Kong has it.
import t, { type Test } from 'tap'
import { getHeader, setRequestHeaders, setResponseHeaders } from '../../src/protocol/pdk-calls.ts'
import { type Front, type FrontKind, fronts, startFront } from './support/front.ts'
import { startPeer } from './support/peer.ts'
import { rawRequest, statusOf } from './support/raw.ts'
import { type RawBackend, soundAnswer, startRawBackend } from './support/raw-backend.ts'

t.setTimeout(180_000)

/** UTF-8 and what is none, one character per byte. */
const koeln = 'K\xc3\xb6ln'
const noUtf8 = 'a\xff\x80b'

const lua = [
  'kong.service.request.set_header("X-Set", "Köln")',
  'kong.service.request.set_header("X Odd", "1")',
  'kong.service.request.set_path("/Köln")',
  'kong.response.set_header("X-Set", "Köln")',
  'kong.response.set_header("X Odd:", "1")',
  'kong.response.set_header("X-Seen", kong.request.get_header("x-name"))',
]

function yamlFor(backend: string): string {
  return `
_format_version: "2.1"
services:
- name: s
  url: ${backend}
  read_timeout: 2000
  retries: 0
  routes: [{ name: r, paths: [/], strip_path: false }]
- name: lua
  url: ${backend}
  routes: [{ name: lua, paths: [/lua] }]
  plugins:
  - name: post-function
    config: { access: ['${lua.join(' ')}'] }
- name: refused
  url: ${backend}
  routes: [{ name: refused, paths: [/refused] }]
  plugins:
  - name: post-function
    config: { access: ['kong.response.error(400, "Köln")'] }
- name: plugged
  url: ${backend}
  routes: [{ name: plugged, paths: [/plugged] }]
  plugins:
  - name: mobile-gateway
    config: { policy: p, issuers: [{ issuer: i, jwks_uri: "http://127.0.0.1:9/jwks" }], audiences: [a] }
`
}

interface Setting {
  readonly backend: RawBackend
  readonly front: Front
}

async function setUp(t: Test, kind: FrontKind): Promise<Setting> {
  const backend = await startRawBackend(t)
  const peer = await startPeer(t, {
    access: async ({ pdk }) => {
      const name = await pdk(getHeader, 'x-name')
      await pdk(setRequestHeaders, [{ 'X-Seen': name ?? '', 'X-Set': 'Köln' }])
      await pdk(setResponseHeaders, { 'X-Seen': name ?? '', 'X-Set': 'Köln' })
    },
  })
  return { backend, front: await startFront(t, kind, { yaml: yamlFor(backend.url), socketPath: peer.socketPath }) }
}

/** Sends one request on a connection of its own; what the client gets, and what the backend got. */
async function pass(
  { backend, front }: Setting,
  request: string,
  answer = soundAnswer,
): Promise<{ answer: string; seen: string }> {
  backend.answer = () => ({ bytes: answer })
  backend.seen.length = 0
  return { answer: await rawRequest(front.port, request), seen: backend.seen.at(-1) ?? '' }
}

function request(first: string, ...lines: readonly string[]): string {
  const host = lines.some((line) => /^host:/i.test(line)) ? [] : ['Host: h']
  return [first, ...host, 'Connection: close', ...lines, '', ''].join('\r\n')
}

/** What Kong 3.9.3 lets pass; the second status is ours where we differ, which the gateway's README says. */
type Row = readonly [given: string, kong: number, embedded?: number]
function statusFor(kind: FrontKind, [, kong, embedded = kong]: Row): number {
  return kind === 'kong' ? kong : embedded
}

const hosts: readonly Row[] = [
  ...['a@b', 'a:80', 'a:x', 'a:99999', '[::1]', '[::1]:80', 'a\x80', '.a', 'a.', 'a_b', '-a', 'a,b', 'a%20'].map(
    (host): Row => [host, 200],
  ),
  ...['[::1', ' a ', 'a:', 'a#b', 'a?b', 'a\\b', 'A'.repeat(300)].map((host): Row => [host, 200]),
  ...['a b', 'a/b', '', 'a..b', '::1', ':80', '.', 'http://a', 'a\tb', '/'].map((host): Row => [host, 400]),
]

const methods: readonly Row[] = [
  ...['PROPFIND', 'MKCOL', 'LOCK', 'PURGE', 'REPORT', 'QUERY', 'M-SEARCH', 'DELETE', 'OPTIONS'].map(
    (method): Row => [method, 200],
  ),
  ...['POST', 'PATCH', 'PUT', 'LINK'].map((method): Row => [method, 200]),
  ...['get', 'Get', 'G@T', 'F1'].map((method): Row => [method, 400]),
  ['TRACE', 405],
  ...['BREW', 'FOO-BAR', 'FOO_BAR'].map((method): Row => [method, 200, 400]),
]

const requestLines: readonly Row[] = [
  [`GET /?q=1 HTTP/1.1`, 200],
  ['GET /a"b|{}<>^`\\ HTTP/1.1', 200],
  ['GET /a#b HTTP/1.1', 200],
  ['GET /a b HTTP/1.1', 400],
  ['GET /a\x01 HTTP/1.1', 400],
  ['GET /a\x7f HTTP/1.1', 400],
  ['GET * HTTP/1.1', 400],
  ['GET a HTTP/1.1', 400],
  ['GET / HTTP/2.0', 505],
  ['GET / HTTP/9.9', 505, 400],
  ['GET / HTTP/0.9', 400],
  ['GET / http/1.1', 400],
  ['GET / HTTP/1.2', 200, 400],
  [`GET /${koeln}?q=${koeln} HTTP/1.1`, 200, 400],
]

const requestHeaders: readonly Row[] = [
  ['X: a\x00b', 400],
  ['X Y: 1', 400],
  [' X: 1', 400],
  [': 1', 400],
  ['Content-Length: -1', 400],
  ['Expect: nothing', 200],
  ['X: a\x01b', 200, 400],
  ['X: a\x7fb', 200, 400],
  ['X@: 1', 200, 400],
  ['X\x80: 1', 200, 400],
]

const ok = 'HTTP/1.1 200 OK\r\n'
const body = 'Content-Length: 2\r\n\r\nok'
/** A backend's answer → the status that the client gets; 0: no status line, for Kong passes on what it cannot read. */
const answers: readonly Row[] = [
  [`HTTP/1.1 200\r\n${body}`, 200],
  [`HTTP/1.1 600 X\r\n${body}`, 600],
  [`HTTP/1.1 999 X\r\n${body}`, 999],
  [`HTTP/1.1 200 a\x01b\r\n${body}`, 200],
  [`HTTP/1.0 200 OK\r\n\r\nok`, 200],
  [`${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`, 502],
  [`${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, 502],
  [`${ok}Content-Length: -2\r\n\r\nok`, 502],
  [`${ok}Content-Length: 2x\r\n\r\nok`, 502],
  [`${ok}Transfer-Encoding: gzip\r\n\r\nok`, 502],
  [`${ok}X: a\x00b\r\n${body}`, 502],
  [`${ok}: b\r\n${body}`, 502],
  [`${ok}X: a\r\n b\r\n${body}`, 502],
  [`${ok}X: ${'a'.repeat(4000)}\r\n${body}`, 200],
  [`${ok}X: ${'a'.repeat(4100)}\r\n${body}`, 502],
  [`${ok}${'A: b\r\n'.repeat(700)}${body}`, 502],
  [`${ok}Conte`, 502],
  ['', 502],
  [`HTTP/1.1 204 No\r\n${body}`, 204],
  [`HTTP/1.1 304 No\r\n${body}`, 304],
  [`HTTP/1.1 099 X\r\n${body}`, 99, 502],
  [`HTTP/1.1 000 X\r\n${body}`, 0, 502],
  [`HTTP/1.1 101 Switching Protocols\r\n${body}`, 101, 502],
  [`HTTP/1.1 101 SP\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\nok`, 101, 502],
  [`HTTP/1.1 199 X\r\n${body}`, 199, 502],
  ['HTTP/1.1 100 Continue\r\n\r\n', 100, 502],
  [`${ok}X: a\x01b\r\n${body}`, 200, 502],
  [`${ok}X@: 1\r\n${body}`, 200, 502],
  [`HTTP/1.1 1000 X\r\n${body}`, 100, 502], // Kong passes the line on as it is
  ['\x00\x01\xff', 0, 502],
]

for (const kind of fronts) {
  t.test(kind, async (t) => {
    const setting = await setUp(t, kind)

    t.test('bytes from 0x80 on pass as they are: headers, reason, trailers, upgrades', async (t) => {
      const sound = `HTTP/1.1 200 ${koeln}\r\nX-Name: ${koeln}\r\nX-Odd: ${noUtf8}\r\n${body}`
      const { answer, seen } = await pass(
        setting,
        request('GET / HTTP/1.1', `X-Name: ${koeln}`, `X-Odd: ${noUtf8}`),
        sound,
      )
      t.ok(seen.includes(`\r\nX-Name: ${koeln}\r\nX-Odd: ${noUtf8}\r\n`), 'to the backend')
      t.ok(answer.startsWith(`HTTP/1.1 200 ${koeln}\r\n`), 'reason')
      t.ok(answer.includes(`\r\nX-Name: ${koeln}\r\nX-Odd: ${noUtf8}\r\n`), 'to the client')

      const posted = await pass(
        setting,
        request('POST / HTTP/1.1', 'Content-Length: 2', `X-Name: ${koeln}`).concat('\xff\xfe'),
        `HTTP/1.1 200 OK\r\nX-Name: ${koeln}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\xff\xfe\r\n0\r\n\r\n`,
      )
      t.match(posted.seen, `\r\nX-Name: ${koeln}\r\n`)
      t.ok(posted.seen.endsWith('\r\n\r\n\xff\xfe'))
      t.match(posted.answer, `\r\nX-Name: ${koeln}\r\n`)
      t.ok(posted.answer.endsWith('\r\n\r\n2\r\n\xff\xfe\r\n0\r\n\r\n'))

      const head = await pass(setting, request('HEAD / HTTP/1.1'), sound)
      t.match(head.answer, `\r\nX-Name: ${koeln}\r\n`, 'an answer without a body')

      const switched = await pass(
        setting,
        `GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Name: ${koeln}\r\n\r\n`,
        `HTTP/1.1 101 ${koeln}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Name: ${koeln}\r\n\r\n\xff`,
      )
      t.match(switched.seen, `\r\nX-Name: ${koeln}\r\n`)
      t.ok(switched.answer.startsWith(`HTTP/1.1 101 ${koeln}\r\n`))
      t.match(switched.answer, `\r\nX-Name: ${koeln}\r\n`)
      t.match(switched.answer, /\r\nUpgrade: websocket\r\n/i, 'RFC 6455 §4.2.2: the handshake names the protocol')
      t.match(switched.answer, /\r\nConnection: upgrade\r\n/i)
      t.ok(switched.answer.endsWith('\r\n\r\n\xff'))
    })

    t.test('what Lua and plugins see and set', async (t) => {
      const named = request('GET /lua HTTP/1.1', `X-Name: ${koeln}`)
      const byLua = await pass(setting, named)
      t.match(byLua.seen, /^GET \/K%C3%B6ln /)
      t.match(byLua.seen, `\r\nX-Set: ${koeln}\r\n`)
      t.match(byLua.seen, '\r\nX%20Odd: 1\r\n', 'a name that is none is escaped')
      t.match(byLua.answer, `\r\nX-Set: ${koeln}\r\n`)
      t.match(byLua.answer, `\r\nX-Seen: ${koeln}\r\n`)
      t.match(byLua.answer, '\r\nX%20Odd%3A: 1\r\n')
      const refused = await pass(setting, request('GET /refused HTTP/1.1'))
      t.match(refused.answer, koeln)

      const byPlugin = await pass(setting, named.replace('/lua', '/plugged'))
      for (const text of [byPlugin.seen, byPlugin.answer]) {
        t.match(text, `\r\nX-Set: ${koeln}\r\n`)
        t.match(text, `\r\nX-Seen: ${koeln}\r\n`)
      }
      const odd = await pass(setting, request('GET /plugged HTTP/1.1', `X-Name: ${noUtf8}`))
      t.match(odd.seen, `\r\nX-Name: ${noUtf8}\r\n`, 'the header itself is not touched')
      t.match(odd.answer, '\r\nX-Seen: a\xef\xbf\xbd\xef\xbf\xbdb\r\n', 'a plugin sees U+FFFD for what is no UTF-8')
    })

    t.test('Host: what nginx takes for one', async (t) => {
      for (const row of hosts) {
        const { answer, seen } = await pass(setting, request('GET / HTTP/1.1', `Host: ${row[0]}`))
        t.equal(statusOf(answer), statusFor(kind, row), JSON.stringify(row[0]))
        t.equal(seen === '', row[1] === 400, 'the backend sees none that is refused')
      }
      const shown = async (host: string) =>
        /x-forwarded-host: (.*)\r/i.exec((await pass(setting, request('GET / HTTP/1.1', `Host: ${host}`))).seen)?.[1]
      t.equal(await shown('A.'), 'a')
      t.equal(await shown('a:x'), 'a')
      t.equal(await shown('[::1]:80'), '[::1]')
      const bare = await pass(setting, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n')
      t.equal(statusOf(bare.answer), 400, 'HTTP/1.1 without Host')
      t.match((await pass(setting, 'GET / HTTP/1.0\r\n\r\n')).seen, /x-forwarded-host: kong\r/i)
      const other = await pass(setting, request('GET http://a..b/ HTTP/1.1', 'Host: h'))
      t.equal(statusOf(other.answer), 400, 'in the request line as well')
    })

    t.test('methods pass with and without a body, and none is sent in chunks that did not come so', async (t) => {
      for (const row of methods) {
        const { answer, seen } = await pass(setting, request(`${row[0]} / HTTP/1.1`))
        t.equal(statusOf(answer), statusFor(kind, row), row[0])
        t.notMatch(seen, /transfer-encoding|content-length: [1-9]/i, row[0])
        if (statusFor(kind, row) === 200) t.ok(seen.startsWith(`${row[0]} / HTTP/1.1\r\n`), row[0])
      }
      const given = await pass(setting, request('PROPFIND / HTTP/1.1', 'Content-Length: 2').concat('ab'))
      t.match(given.seen, /content-length: 2\r\n/i)
      t.ok(given.seen.endsWith('\r\n\r\nab'))
    })

    t.test('request lines and headers: what is refused', async (t) => {
      for (const row of requestLines)
        t.equal(statusOf((await pass(setting, request(row[0]))).answer), statusFor(kind, row), JSON.stringify(row[0]))
      for (const row of requestHeaders) {
        const { answer } = await pass(setting, request('GET / HTTP/1.1', row[0]))
        t.equal(statusOf(answer), statusFor(kind, row), JSON.stringify(row[0]))
      }
    })

    t.test('answers of a backend: what reaches the client', async (t) => {
      for (const row of answers) {
        const { answer } = await pass(setting, request('GET / HTTP/1.1'), row[0])
        t.equal(statusOf(answer), statusFor(kind, row), JSON.stringify(row[0].slice(0, 80)))
      }
      t.ok((await pass(setting, request('GET / HTTP/1.1'))).answer.endsWith('\r\n\r\nsound'), 'and it serves on')
    })
  })
}
