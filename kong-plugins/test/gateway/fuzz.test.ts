// Bytes that no program would send, from both sides: whatever they are, the gateway lives on and serves the next request.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { startFront } from './support/front.ts'
import { letPass, startPeer } from './support/peer.ts'
import { rawRequest, statusOf } from './support/raw.ts'
import { latin1, type RawAnswer, soundAnswer, startRawBackend } from './support/raw-backend.ts'

t.setTimeout(120_000)

/** Lua that touches each header on its way, as the guard of kong.yml does, and a plugin that sets some. */
function yamlFor(backend: string): string {
  return `
_format_version: "3.0"
services:
- { name: s, url: "${backend}", read_timeout: 300, retries: 0, routes: [{ name: r, paths: [/] }] }
plugins:
- name: pre-function
  config:
    rewrite:
    - for name, value in pairs(ngx.req.get_headers(0)) do if name == "x-drop" then ngx.req.clear_header(name) end end
    header_filter:
    - kong.response.set_header("X-Filtered", kong.request.get_method() .. kong.request.get_path())
- name: mobile-gateway
  config: { policy: p, issuers: [{ issuer: i, jwks_uri: "http://127.0.0.1:9/jwks" }], audiences: [a] }
`
}

async function setUp(t: Test) {
  const backend = await startRawBackend(t)
  const peer = await startPeer(t, { access: letPass })
  const front = await startFront(t, 'embedded', { yaml: yamlFor(backend.url), socketPath: peer.socketPath })
  const healthy = async (what: string): Promise<void> => {
    backend.answer = () => ({ bytes: soundAnswer })
    const answer = await rawRequest(front.port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
    if (statusOf(answer) !== 200 || !answer.endsWith('\r\n\r\nsound')) t.fail(`${what}: ${answer}`)
  }
  /** Nothing may have been thrown that nobody had thought of. */
  const untroubled = async (): Promise<void> => {
    const log = await front.log()
    t.strictSame(
      log.split('\n').filter((line) => line.includes('"level":60')),
      [],
      'no exception was left to the last resort',
    )
  }
  return { backend, front, healthy, untroubled }
}

type Random = (below: number) => number

/** Numbers that look random and are the same each time (mulberry32). */
function randomNumbers(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const requests = [
  'GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nConnection: close\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
  'PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello',
  'GET http://other/a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
  'GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n',
  'OPTIONS * HTTP/1.0\r\n\r\n',
  'CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n',
]

const answers = [
  soundAnswer,
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
  'HTTP/1.0 404 Not Found\r\nContent-Type: text/plain\r\n\r\nhello',
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
  'HTTP/1.1 302 Found\r\nLocation: /a\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n',
]

/** Pieces that mean something to whoever reads HTTP. */
const pieces = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\0',
    '\x01',
    '\x7f',
    '\x80',
    '\xff',
    '\xc3\xb6',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '%',
    '%00',
  ],
  ...[
    '099',
    '000',
    '1000',
    '101',
    '204',
    '-1',
    '0',
    'fffffffff',
    'HTTP/1.1 ',
    'HTTP/9.9',
    '../../',
    '//',
    '[::1',
    '#',
    '?',
  ],
  ...['Content-Length: 1\r\n', 'Content-Length: -1\r\n', 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: x\r\n'],
  ...[
    'Connection: upgrade\r\n',
    'Upgrade: websocket\r\n',
    'Trailer: x\r\n',
    'Host: a b\r\n',
    'X-A: \xff\r\n',
    ': a\r\n',
  ],
  ...['Expect: 100-continue\r\n', `X-Long: ${'a'.repeat(9000)}\r\n`, '__proto__: 1\r\n', 'Keep-Alive: x\r\n'],
]

/** First lines by their parts, since changes at random rarely hit the few bytes that decide most. */
const firstLines = {
  request: [
    ['GET', 'get', 'POST', 'HEAD', 'PROPFIND', 'BREW', 'G@T', '', 'TRACE', 'PRI'],
    [
      '/',
      '/a b',
      '/\xc3\xb6',
      '*',
      '/%',
      '/%00',
      '/../..',
      'http://h',
      'http://[/',
      `/${'a'.repeat(9000)}`,
      '',
      '//',
      '/?\x01',
    ],
    ['HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/11', 'http/1.1', ''],
  ],
  answer: [
    ['HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'ICY', ''],
    [
      '099',
      '000',
      '001',
      '1000',
      '99999',
      '-1',
      '20',
      '',
      '200',
      '100',
      '101',
      '199',
      '204',
      '205',
      '304',
      '599',
      '999',
    ],
    ['OK', '', '\x01', 'a\x7fb', 'K\xc3\xb6ln', '\0', '\t', 'a\rb', 'a'.repeat(9000)],
  ],
}
/** Changes a message in up to four places; every other one has a first line that is put together. */
function spoil(kind: keyof typeof firstLines, message: string, random: Random): string {
  let spoilt = message
  if (random(2) === 0) {
    const line = firstLines[kind].map((parts) => parts[random(parts.length)] ?? '').join(' ')
    spoilt = message.replace(/^.*/, () => line)
  }
  for (let changes = random(5); changes > 0; changes -= 1) {
    const at = random(spoilt.length + 1)
    const [before, after] = [spoilt.slice(0, at), spoilt.slice(at)]
    const piece = pieces[random(pieces.length)] ?? ''
    const kinds = [
      () => before + piece + after,
      () => before + piece + after.slice(piece.length),
      () => before + String.fromCharCode(random(256)) + after.slice(1),
      () => before + after.slice(1 + random(8)),
      () => before + after.slice(0, random(40)) + after,
      () => before,
      () => spoilt.replace(/\r\n/, `\r\n${piece}`),
    ]
    spoilt = kinds[random(kinds.length)]?.() ?? spoilt
  }
  return spoilt
}

const endings = ['end', 'end', 'end', 'reset'] as const

/** Sends bytes, ends or breaks off, and waits until the gateway has let go. */
function send(port: number, bytes: string, ending: 'end' | 'reset'): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve())
    socket.on('end', () => socket.end())
    socket.resume()
    socket.write(latin1(bytes), () => {
      if (ending === 'end') socket.end()
      else setImmediate(() => socket.resetAndDestroy())
    })
  })
}

const rounds = 15
const perRound = 100

t.test('1500 spoilt requests: each is answered or cut off, and the next sound one is served', async (t) => {
  const { front, healthy, untroubled } = await setUp(t)
  const random = randomNumbers(9112)
  for (let round = 0; round < rounds; round += 1) {
    const spoilt = Array.from({ length: perRound }, () =>
      spoil('request', requests[random(requests.length)] ?? '', random),
    )
    await Promise.all(spoilt.map((bytes, i) => send(front.port, bytes, endings[i % endings.length] ?? 'end')))
    await healthy(`after round ${round}`)
  }
  await untroubled()
})

t.test('1500 spoilt answers: each reaches the client in some form, and the next sound one as it is', async (t) => {
  const { backend, front, healthy, untroubled } = await setUp(t)
  const random = randomNumbers(9110)
  for (let round = 0; round < rounds; round += 1) {
    const spoilt = Array.from({ length: perRound }, (_, i): RawAnswer => {
      const bytes = latin1(spoil('answer', answers[random(answers.length)] ?? '', random))
      return { bytes, afterwards: endings[i % endings.length] ?? 'end' }
    })
    backend.answer = () => spoilt.pop() ?? { bytes: soundAnswer }
    const asked = Array.from({ length: perRound }, () => requests[random(7)] ?? '')
    await Promise.all(asked.map((bytes) => send(front.port, bytes, 'end')))
    await healthy(`after round ${round}`)
  }
  await untroubled()
})

t.test('an exception that nobody caught is told as an error, and the process goes on', async (t) => {
  const backend = await startRawBackend(t)
  const config = join(t.testdir({}), 'kong.yml')
  await writeFile(
    config,
    `_format_version: "3.0"\nservices: [{ name: s, url: "${backend.url}", routes: [{ paths: [/] }] }]\n`,
  )
  const main = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url))
  // The faults come by signal, so that they strike while it serves.
  const faults = `process.on('SIGUSR2', () => { Promise.reject(new Error('unseen')); throw new Error('uncaught') })`
  const child = spawn(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(faults)}`,
      main,
      '--config',
      config,
      '--port',
      '0',
      '--socket',
      '/tmp/none',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  t.teardown(() => child.kill('SIGKILL'))
  const lines: string[] = []
  const told = createInterface({ input: child.stderr }).on('line', (line) => lines.push(line))
  const [first] = await once(createInterface({ input: child.stdout }), 'line')
  const port = Number(/:(\d+)$/.exec(String(first))?.[1])
  const ask = () => rawRequest(port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  t.equal(statusOf(await ask()), 200)
  child.kill('SIGUSR2')
  while (lines.filter((line) => line.includes('"level":50')).length < 2) await once(told, 'line')
  const errors = lines.filter((line) => line.includes('"level":50')).map((line) => JSON.parse(line))
  t.match(errors.map(({ msg, err }) => [msg, err.message]).sort(), [
    ['uncaught exception', 'uncaught'],
    ['unhandled rejection', 'unseen'],
  ])
  t.equal(statusOf(await ask()), 200)
})
