// The guard of kong.yml: without a verified identity nothing reaches the backend, whatever becomes of the plugin server.
import t from 'tap'
import { METHOD_HEADERS, RESERVED_HEADERS } from '../../check/stripping.ts'
import { getMethod, setRequestHeaders } from '../../src/protocol/pdk-calls.ts'
import { startBackend, valuesOf } from './support/backend.ts'
import { fronts, renderKongYml, startFront } from './support/front.ts'
import { type Behaviour, letPass, startPeer } from './support/peer.ts'
import { rawGet, statusOf } from './support/raw.ts'

const identityHeaders = [...RESERVED_HEADERS, ...METHOD_HEADERS, 'X-Credential-Username']
const goodMark = 'mobile-api;60;59;42;Minute:60:59'
t.setTimeout(120_000)

const unavailable = '{"message":"Service temporarily unavailable"}'

/** Spellings that backends take for the same name. */
function spellings(name: string): string[] {
  const underscored = name.replaceAll('-', '_')
  return [name, name.toLowerCase(), name.toUpperCase(), underscored, underscored.toLowerCase(), name.replace('-', '_')]
}

for (const kind of fronts) {
  t.test(`${kind}: a verified request reaches the backend with its identity and without the mark`, async (t) => {
    const backend = await startBackend(t)
    const peer = await startPeer(t, { access: letPass })
    const front = await startFront(t, kind, { yaml: await renderKongYml(backend.url), socketPath: peer.socketPath })
    const answer = await fetch(`${front.url}/mobile/echo?a=1`)
    t.equal(answer.status, 200)
    t.equal(await answer.text(), '{"from":"backend"}')
    const limits = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset']
    t.same(
      limits.map((name) => answer.headers.get(name)),
      ['60', '59', '42'],
    )
    const windows = ['x-ratelimit-limit-minute', 'x-ratelimit-remaining-minute']
    t.same(
      windows.map((name) => answer.headers.get(name)),
      ['60', '59'],
    )
    const [seen] = backend.seen
    t.match(seen, { method: 'GET', url: '/echo?a=1', headers: { 'x-forwarded-prefix': '/mobile' } })
    t.equal(seen?.headers['x-authenticated-userid'], 'usr_alice')
    t.equal(seen?.headers['x-consumer-username'], 'demo-app')
    t.notOk('x-mobile-gateway' in (seen?.headers ?? {}), 'the mark stays in the gateway')
  })

  t.test(`${kind}: identity headers from clients never reach the backend, in no spelling`, async (t) => {
    const backend = await startBackend(t)
    const peer = await startPeer(t, { access: letPass })
    // Kong takes routes without buffering through its phases a second time.
    const unbuffered = 'strip_path: true\n    request_buffering: false\n    response_buffering: false'
    const yaml = (await renderKongYml(backend.url)).replace('strip_path: true', unbuffered)
    const front = await startFront(t, kind, { yaml, socketPath: peer.socketPath })
    const forged = identityHeaders.flatMap(spellings).flatMap((name) => [`${name}: evil`, `${name}: evil2`])
    const dotted = identityHeaders.map((name) => `${name.replaceAll('-', '.')}: evil`)
    t.equal(statusOf(await rawGet(front.port, '/mobile/x', [...forged, ...dotted])), 200)
    const [seen] = backend.seen
    t.notMatch(JSON.stringify(seen?.rawHeaders), 'evil')
    t.same(seen === undefined ? [] : valuesOf(seen, 'X-Authenticated-UserId'), ['usr_alice'])
    t.same(seen === undefined ? [] : valuesOf(seen, 'X-Authenticated-Groups'), [])
  })

  t.test(`${kind}: a header named in Connection is refused, before and after harmless options`, async (t) => {
    const backend = await startBackend(t)
    const peer = await startPeer(t, { access: letPass })
    const front = await startFront(t, kind, { yaml: await renderKongYml(backend.url), socketPath: peer.socketPath })
    const values = [...identityHeaders, 'Authorization', 'X-Request-Id', 'close;x', '"close"'].flatMap((name) => [
      [`Connection: close, ${name}`],
      [`Connection: close,${name.toLowerCase()}`],
      ['Connection: close', `Connection: ${name}`],
      [`Connection: ${name.replaceAll('-', '_')} , close`],
      [`Connection: keep-alive ${name}`, 'Connection: close'],
    ])
    const padding = Array.from({ length: 120 }, (_, i) => `X-Pad-${i}: 1`)
    for (const lines of [...values, [...padding, 'Connection: close, X-Authenticated-UserId']]) {
      const answer = await rawGet(front.port, '/mobile/x', lines)
      t.equal(statusOf(answer), 400, lines.at(-1) ?? '')
      t.match(answer, 'unsupported Connection option')
    }
    t.same(backend.seen, [], 'nothing reached the backend')
    for (const harmless of ['close', 'Close, TE', 'close, Keep-Alive', 'close, Upgrade, HTTP2-Settings']) {
      t.equal(statusOf(await rawGet(front.port, '/mobile/x', [`Connection: ${harmless}`])), 200, harmless)
    }
    t.ok(backend.seen.every((seen) => seen.headers['x-authenticated-userid'] === 'usr_alice'))
  })

  t.test(`${kind}: whatever happens to the plugin server, the backend sees nothing`, async (t) => {
    const backend = await startBackend(t)
    const peer = await startPeer(t, { access: letPass })
    const front = await startFront(t, kind, { yaml: await renderKongYml(backend.url), socketPath: peer.socketPath })
    const mark = (text: string): Behaviour => ({
      access: async ({ pdk }) => void (await pdk(setRequestHeaders, [{ 'X-Mobile-Gateway': text }])),
    })
    const hang = (): Promise<void> => new Promise(() => undefined)
    const [guard, kong] = [503, 500] // who answers
    const failures: [string, number, Behaviour][] = [
      ['the handler returns without a mark', guard, { access: async () => undefined }],
      ['the process hangs', kong, { access: hang }],
      ['the process hangs after the first call', kong, { access: ({ pdk }) => pdk(getMethod, undefined).then(hang) }],
      ['the process hangs after the mark', kong, { access: (event) => letPass(event).then(hang) }],
      ['another policy passed it', guard, mark(goodMark.replace('mobile-api', 'other-api'))],
      ['the mark has no numbers', guard, mark('mobile-api')],
      ['the mark has a name too much', guard, mark(`x ${goodMark}`)],
      ['the mark is cut', guard, mark('mobile-api;60;59;42;')],
    ]
    t.equal((await fetch(`${front.url}/mobile/x`)).status, 200, 'the instance is running')
    backend.seen.length = 0
    const forged = { 'x-mobile-gateway': goodMark, x_mobile_gateway: goodMark, 'x-authenticated-userid': 'evil' }
    for (const [what, status, behaviour] of failures) {
      peer.behaviour = behaviour
      for (const headers of [{}, forged]) {
        for (const method of ['GET', 'OPTIONS', 'POST']) {
          const started = Date.now()
          const answer = await fetch(`${front.url}/mobile/x`, { method, headers })
          t.equal(answer.status, status, `${what}: ${method}`)
          const body = await answer.text()
          t.ok(Date.now() - started < 4000, 'within four seconds')
          if (status === guard) t.equal(body, unavailable)
          t.equal(answer.headers.get('retry-after'), status === guard ? '5' : null)
          if (what.includes('hangs')) break
        }
      }
    }
    peer.behaviour = { access: (event) => letPass(event).then(() => peer.stop()) }
    t.equal((await fetch(`${front.url}/mobile/x`, { headers: forged })).status, kong, 'the process dies in the middle')
    for (const spelling of spellings('X-Mobile-Gateway')) {
      const answer = await rawGet(front.port, '/mobile/x', [`${spelling}: ${goodMark}`, `${spelling}: ${goodMark}`])
      t.equal(statusOf(answer), kong, `gone: ${spelling}`)
    }
    t.same(backend.seen, [], 'nothing reached the backend')
  })

  t.test(`${kind}: a plugin server that was never there means 500, also with a forged mark`, async (t) => {
    const backend = await startBackend(t)
    const yaml = await renderKongYml(backend.url)
    const front = await startFront(t, kind, { yaml, socketPath: '/tmp/no-such-plugin-server.sock' })
    for (const headers of [[], [`X-Mobile-Gateway: ${goodMark}`], [`x_mobile_gateway: ${goodMark}`]]) {
      const answer = await rawGet(front.port, '/mobile/x', headers)
      t.equal(statusOf(answer), 500)
      t.match(answer, 'An unexpected error occurred')
    }
    t.same(backend.seen, [])
  })
}
