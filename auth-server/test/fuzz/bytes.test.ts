// Bytes that are nearly HTTP, and others: each connection is answered or closed, nothing goes wrong inside, and the next request is served.
// FUZZ_CONNECTIONS and FUZZ_SEED say how many and which.
import fc from 'fast-check'
import t from 'tap'
import { sendRaw, statusesOf } from '../support/raw-http.ts'
import { testServer } from '../support/server.ts'

const CONNECTIONS = Number(process.env.FUZZ_CONNECTIONS ?? 1000)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const AT_ONCE = 20

t.setTimeout(Math.max(120_000, CONNECTIONS * 50))

const FORM = 'Content-Type: application/x-www-form-urlencoded'
const SOUND = [
  'GET /.well-known/openid-configuration HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'HEAD /jwks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  `POST /token HTTP/1.1\r\nHost: x\r\n${FORM}\r\nContent-Length: 12\r\nConnection: close\r\n\r\ngrant_type=x`,
  `POST /token HTTP/1.1\r\nHost: x\r\n${FORM}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nc\r\ngrant_type=x\r\n0\r\n\r\n`,
  'POST /portal/applications/a/logo HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 66\r\nConnection: close\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx',
  'GET /account HTTP/1.1\r\nHost: x\r\nCookie: a=b; c="d"\r\nAccept: text/html\r\nConnection: close\r\n\r\n',
]
const PIECES = [
  ...['\r\n', '\n', '\r', '\r\n\r\n', '\0', '\x7f', '\xff', '\xc3\xb6', ' ', '\t', ':', ';', '=', '&', '%', '%00', '+'],
  ...['Content-Length: 0\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n', 'Upgrade: h2c\r\n'],
  ...['Host: y\r\n', 'X: '.padEnd(9000, 'x'), '-1', '0x10', '99999999999999999999', 'HTTP/2.0', 'PRI * HTTP/2.0'],
]

const edited = fc
  .tuple(
    fc.constantFrom(...SOUND),
    fc.array(fc.record({ at: fc.nat(), gone: fc.nat({ max: 6 }), piece: fc.constantFrom('', ...PIECES) }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([sound, edits]) =>
    edits.reduce((bytes, { at, gone, piece }) => {
      const start = at % (bytes.length + 1)
      return bytes.slice(0, start) + piece + bytes.slice(start + gone)
    }, sound),
  )
const noise = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
const connection = fc.oneof({ weight: 6, arbitrary: edited }, { weight: 1, arbitrary: noise })

t.test(`${CONNECTIONS} connections of seed ${SEED}: answered or closed, and nothing goes wrong inside`, async (t) => {
  const { app, log } = await testServer(t)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  // What is never finished is given up after a while; a test need not wait that long.
  app.server.headersTimeout = 300
  app.server.requestTimeout = 300
  app.server.keepAliveTimeout = 100
  const all = fc.sample(connection, { seed: SEED, numRuns: CONNECTIONS })
  const wrong: unknown[] = []
  let next = 0
  async function work(): Promise<void> {
    for (let bytes = all[next++]; bytes !== undefined; bytes = all[next++]) {
      const answer = await sendRaw(url, Buffer.from(bytes, 'latin1'))
      if (statusesOf(answer).some((status) => status >= 500) || /\n\s+at .+:\d+:\d+/.test(answer))
        wrong.push([bytes.slice(0, 1000), answer.slice(0, 500)])
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  t.strictSame(wrong, [])
  t.strictSame(
    log.filter((line) => JSON.parse(line).level >= 50),
    [],
  )
  t.equal((await fetch(`${url}/health/live`)).status, 200)
})
