// Bodies, streams, timeouts and connections: what the gateway does between client and backend.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { startBackend } from './support/backend.ts'
import { type FrontKind, fronts, startFront } from './support/front.ts'
import { rawRequest, statusOf } from './support/raw.ts'

t.setTimeout(180_000)

type Handler = (req: IncomingMessage, res: ServerResponse) => void

async function setUp(t: Test, handler: Handler, kind: FrontKind = 'embedded', service = '') {
  const backend = await startBackend(t, handler)
  const yaml = `
_format_version: "3.0"
services:
- { name: s, url: "${backend.url}"${service} }
routes:
- { name: r, service: s, paths: [/] }
`
  const front = await startFront(t, kind, { yaml, socketPath: '/tmp/no-plugin-server.sock' })
  return { backend, front }
}

/** Echoes the body with its digest and framing. */
const digest: Handler = (req, res) => {
  const hash = createHash('sha256')
  let size = 0
  req.on('data', (chunk: Buffer) => {
    hash.update(chunk)
    size += chunk.length
  })
  req.on('end', () => {
    const { 'content-length': length, 'transfer-encoding': coding } = req.headers
    res.end(JSON.stringify({ method: req.method, size, length, coding, sha256: hash.digest('hex') }))
  })
}

const answers: Record<string, Handler> = {
  '/json': (_, res) => res.setHeader('content-type', 'application/json').end('{"a":1}'),
  '/length': (_, res) => res.setHeader('content-length', '5').end('hello'),
  '/chunked': (_, res) => {
    res.write('one,')
    res.end('two')
  },
  '/empty': (_, res) => res.writeHead(204).end(),
  '/unchanged': (_, res) => res.writeHead(304, { etag: '"x"' }).end(),
  '/reason': (_, res) => res.writeHead(418, 'Short And Stout').end('t'),
  '/cookies': (_, res) =>
    res
      .writeHead(
        200,
        [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ].flat(),
      )
      .end(),
  '/hops': (_, res) => res.writeHead(200, { connection: 'close, x-hop', 'x-hop': '1', 'x-stay': '1' }).end(),
}

for (const kind of fronts) {
  t.test(`${kind}: answers pass as they are: status, reason, length, chunks, cookies, none`, async (t) => {
    const { front } = await setUp(t, (req, res) => answers[req.url ?? '']?.(req, res), kind)
    const ask = (method: string, path: string): Promise<string> =>
      rawRequest(front.port, `${method} ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`)
    const expected: [method: string, path: string, status: number, present: RegExp, absent?: RegExp][] = [
      ['GET', '/json', 200, /content-type: application\/json\r\n[\s\S]*\{"a":1\}/i],
      ['GET', '/length', 200, /content-length: 5\r\n[\s\S]*\r\n\r\nhello$/i, /transfer-encoding/i],
      ['GET', '/chunked', 200, /transfer-encoding: chunked[\s\S]*one,[\s\S]*two[\s\S]*0\r\n\r\n$/i, /content-length/i],
      ['HEAD', '/length', 200, /content-length: 5\r\n[\s\S]*\r\n\r\n$/i, /hello/],
      ['HEAD', '/chunked', 200, /\r\n\r\n$/i, /one/],
      ['GET', '/empty', 204, /\r\n\r\n$/, /content-length|transfer-encoding/i],
      ['GET', '/unchanged', 304, /etag: "x"[\s\S]*\r\n\r\n$/i, /transfer-encoding/i],
      ['GET', '/reason', 418, /^HTTP\/1\.1 418 Short And Stout\r\n/],
      ['GET', '/cookies', 200, /set-cookie: a=1\r\nset-cookie: b=2\r\n/i],
      ['GET', '/hops', 200, /x-stay: 1/i, /x-hop/i],
    ]
    for (const [method, path, status, present, absent = /^$/] of expected) {
      const answer = await ask(method, path)
      t.equal(statusOf(answer), status, `${method} ${path}`)
      t.match(answer, present, `${method} ${path}`)
      t.notMatch(answer, absent, `${method} ${path}`)
    }
    const old = await rawRequest(front.port, 'GET /chunked HTTP/1.0\r\nHost: h\r\n\r\n')
    t.match(old, /\r\n\r\none,two$/, 'HTTP/1.0 clients get no chunks')
  })

  t.test(`${kind}: bodies reach the backend whole, with every method and framing`, async (t) => {
    const { front } = await setUp(t, digest, kind)
    const body = randomBytes(300_000)
    const sha256 = createHash('sha256').update(body).digest('hex')
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await fetch(front.url, { method, body })
      t.match(await answer.json(), { method, size: body.length, sha256, length: String(body.length) })
    }
    const stream = { method: 'POST', body: new Blob([body]).stream(), duplex: 'half' }
    const chunked = await fetch(front.url, stream)
    t.match(await chunked.json(), { size: body.length, sha256 })
    t.match(await (await fetch(front.url, { method: 'POST' })).json(), { size: 0 })
    const trailers = ['X-Authenticated-UserId: evil', '', ''].join('\r\n')
    const head = 'POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
    t.match(await rawRequest(front.port, `${head}3\r\nabc\r\n0\r\n${trailers}`), /"size":3/)
  })

  t.test(`${kind}: a WebSocket handshake becomes a tunnel, other upgrades do not`, async (t) => {
    const { backend, front } = await setUp(t, (_, res) => res.end('no upgrade'), kind)
    backend.server.on('upgrade', (req, socket) => {
      const key = req.headers['sec-websocket-key']
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Key: ${key}\r\n\r\n`,
      )
      socket.on('data', (chunk: Buffer) => socket.write(`echo:${chunk}`))
      socket.on('error', () => undefined)
    })
    const socket = connect(front.port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    let seen = ''
    socket.on('data', (chunk: Buffer) => {
      seen += chunk
    })
    const lines = ['GET /ws HTTP/1.1', 'Host: h', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: k']
    socket.write([...lines, '', ''].join('\r\n'))
    await eventually(() => seen.includes('\r\n\r\n'))
    t.match(seen, /^HTTP\/1\.1 101 /)
    t.match(seen, /x-key: k/i)
    socket.write('hello')
    await eventually(() => seen.endsWith('echo:hello'))
    t.match(seen, /echo:hello$/)
    const h2c = [
      'GET / HTTP/1.1',
      'Host: h',
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: x',
    ]
    t.match(await rawRequest(front.port, [...h2c, '', ''].join('\r\n')), /no upgrade/)
    t.equal(backend.seen.at(-1)?.headers.upgrade, undefined)
  })

  t.test(`${kind}: read_timeout ends a WebSocket that is silent, and none that talks`, async (t) => {
    const { backend, front } = await setUp(t, (_, res) => res.end(), kind, ', read_timeout: 700, write_timeout: 700')
    backend.server.on('upgrade', (_, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      socket.on('data', (chunk: Buffer) => socket.write(chunk))
      socket.on('error', () => undefined)
    })
    const open = async (): Promise<Socket> => {
      const socket = connect(front.port, '127.0.0.1')
      t.teardown(() => socket.destroy())
      socket.write('GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      await once(socket, 'data')
      return socket
    }
    const [silent, talking] = [await open(), await open()]
    const talk = setInterval(() => talking.write('x'), 100)
    t.teardown(() => clearInterval(talk))
    const started = performance.now()
    silent.resume()
    await once(silent, 'close')
    t.ok(performance.now() - started < 5000)
    t.notOk(talking.destroyed)
    talking.write('still here')
    const [answer] = await once(talking, 'data')
    t.match(String(answer), /x|still here/)
  })

  t.test(`${kind}: Expect: 100-continue is answered when the body is wanted`, async (t) => {
    const { front } = await setUp(t, digest, kind)
    const request = httpRequest(front.url, { method: 'POST', headers: { expect: '100-continue', 'content-length': 5 } })
    request.flushHeaders()
    await once(request, 'continue')
    request.end('hello')
    const [answer] = await once(request, 'response')
    t.equal(answer.statusCode, 200)
    answer.resume()
  })
}

t.test(
  'an upload reaches the backend while it is still being sent, and an answer the client while it is being made',
  async (t) => {
    const { front } = await setUp(t, (req, res) => {
      req.on('data', (chunk: Buffer) => res.write(`got ${chunk};`))
      req.on('end', () => res.end('done'))
    })
    const request = httpRequest(front.url, { method: 'POST' })
    request.write('first')
    const [answer] = await once(request, 'response')
    const [early] = await once(answer, 'data')
    t.equal(String(early), 'got first;', 'the answer to the first part is here before the second is sent')
    request.write('second')
    const [later] = await once(answer, 'data')
    t.equal(String(later), 'got second;')
    request.end()
    const [last] = await once(answer, 'data')
    t.equal(String(last), 'done')
  },
)

t.test('a large body passes in both directions, and is held back while nobody takes it', async (t) => {
  const chunk = randomBytes(1 << 20)
  const total = 96
  const { front } = await setUp(t, (req, res) => {
    req.on('data', (part: Buffer) => {
      if (res.write(part)) return
      req.pause()
      res.once('drain', () => req.resume())
    })
    req.on('end', () => res.end())
  })
  const request = httpRequest(front.url, { method: 'POST' })
  // Listening for the answer without reading it: it is held back from here on.
  const response = once(request, 'response')
  const hash = createHash('sha256')
  let sent = 0
  /** Sends until everything is out, or nobody has taken anything for a while. */
  const send = async (patienceMillis: number): Promise<void> => {
    for (; sent < total; sent += 1) {
      hash.update(chunk)
      if (request.write(chunk)) continue
      const stalled = AbortSignal.timeout(patienceMillis)
      const taken = await once(request, 'drain', { signal: stalled }).catch(() => undefined)
      if (taken === undefined) return
    }
  }
  await send(500)
  t.ok(sent < 40, `${sent} of ${total} MB went into sockets and buffers before anybody read the answer`)
  sent += 1
  const [answer] = await response
  const received = createHash('sha256')
  const rest = send(10_000).then(() => request.end())
  for await (const part of answer) received.update(part)
  await rest
  t.equal(sent, total)
  t.equal(received.digest('hex'), hash.digest('hex'))
})

t.test('server-sent events arrive one by one', async (t) => {
  let emit: (text: string) => void = () => undefined
  const { front } = await setUp(t, (_, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.flushHeaders()
    emit = (text) => res.write(`data: ${text}\n\n`)
  })
  const answer = await fetch(front.url)
  t.equal(answer.headers.get('content-type'), 'text/event-stream')
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (const text of ['one', 'two']) {
    emit(text)
    t.same(await reader?.read(), { done: false, value: `data: ${text}\n\n` })
  }
  await reader?.cancel()
})

t.test('a client that leaves is not served any further', async (t) => {
  let gone = 0
  const { front } = await setUp(t, (req, res) => {
    res.write('x')
    res.once('close', () => {
      gone += 1
    })
    req.resume()
  })
  const leaving = new AbortController()
  const answer = await fetch(front.url, { signal: leaving.signal })
  t.equal(answer.status, 200)
  leaving.abort()
  await eventually(() => gone === 1)
  const upload = httpRequest(front.url, { method: 'POST' })
  upload.on('error', () => undefined)
  upload.write('part')
  await once(upload, 'response')
  upload.destroy()
  await eventually(() => gone === 2)
  t.equal(gone, 2)
})

t.test('a backend that fails in the middle of its answer breaks the connection, not the gateway', async (t) => {
  const { front } = await setUp(t, (_, res) => {
    res.writeHead(200, { 'content-length': '10' })
    res.write('half')
    setImmediate(() => res.destroy())
  })
  await t.rejects(fetch(front.url).then((answer) => answer.text()))
  const { front: reset } = await setUp(t, (req) => req.socket.destroy())
  const answer = await fetch(reset.url)
  t.equal(answer.status, 502)
  t.match(await answer.json(), { message: 'An invalid response was received from the upstream server' })
})

t.test('silence is cut off: 504 before an answer, a broken connection within one', async (t) => {
  const silent: Handler = (req, res) => {
    if (req.url === '/half') res.writeHead(200, { 'content-length': '10' }).write('half')
  }
  const { front } = await setUp(t, silent, 'embedded', ', read_timeout: 300, retries: 0')
  const answer = await fetch(`${front.url}/none`, { method: 'POST', body: 'x' })
  t.equal(answer.status, 504)
  t.match(await answer.json(), { message: 'The upstream server is timing out' })
  await t.rejects(fetch(`${front.url}/half`).then((half) => half.text()))
})

t.test('a backend that takes no data is given up', async (t) => {
  const { front } = await setUp(t, (req) => req.pause(), 'embedded', ', write_timeout: 300')
  const body = randomBytes(32 << 20)
  const answer = await fetch(front.url, { method: 'POST', body }).catch((error: unknown) => error)
  t.equal(answer instanceof Response ? answer.status : 504, 504)
})

t.test('an early answer to a large upload arrives, and the connection stays in order', async (t) => {
  const { front } = await setUp(t, (_, res) => res.writeHead(413).end('too large'))
  const answer = await fetch(front.url, { method: 'POST', body: randomBytes(8 << 20) })
  t.equal(answer.status, 413)
  t.equal(await answer.text(), 'too large')
  t.equal((await fetch(front.url)).status, 413)
})

t.test('connections to the backend are reused, and none is left after many requests', async (t) => {
  const { backend, front } = await setUp(t, (_, res) => res.end('x'))
  let opened = 0
  backend.server.on('connection', () => {
    opened += 1
  })
  for (let i = 0; i < 30; i += 1) await (await fetch(front.url)).text()
  t.ok(opened <= 2, `30 requests took ${opened} connections`)
  await Promise.all(Array.from({ length: 40 }, async () => (await fetch(front.url)).text()))
  const count = (): Promise<number> =>
    new Promise((resolve, reject) => {
      backend.server.getConnections((error, n) => (error === null ? resolve(n) : reject(error)))
    })
  t.ok((await count()) <= 60)
  await front.close()
  await eventually(async () => (await count()) === 0)
  t.equal(await count(), 0, 'closing the gateway closes them all')
})
