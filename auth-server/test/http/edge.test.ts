// The edge over real HTTP: smuggling, floods, slow and broken requests, and addresses that are none.
import t from 'tap'
import { expectErrorPage, expectJsonError } from '../support/expect.ts'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import { sendRaw, statusesOf } from '../support/raw-http.ts'
import { testServer } from '../support/server.ts'

const { app, db, log } = await testServer(t)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
const FORM = 'application/x-www-form-urlencoded'
const body = 'grant_type=refresh_token&client_id=shop-app&refresh_token=x'

t.test('a request whose length can be read in two ways is refused, and nothing behind it is answered', async (t) => {
  const post = (...headers: string[]) =>
    `POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\n${headers.join('\r\n')}\r\n\r\n`
  const smuggled = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'
  const rows: [string, string][] = [
    [
      'Content-Length and Transfer-Encoding',
      `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n${smuggled}`,
    ],
    [
      'Transfer-Encoding and Content-Length',
      `${post('Transfer-Encoding: chunked', 'Content-Length: 4')}0\r\n\r\n${smuggled}`,
    ],
    ['two Content-Lengths', `${post('Content-Length: 4', 'Content-Length: 5')}aaaaa${smuggled}`],
    ['a Content-Length list', `${post('Content-Length: 4, 4')}aaaa${smuggled}`],
    ['a signed Content-Length', `${post('Content-Length: +4')}aaaa${smuggled}`],
    ['an obfuscated Transfer-Encoding', `${post('Transfer-Encoding: xchunked')}0\r\n\r\n${smuggled}`],
    ['chunked twice, not last', `${post('Transfer-Encoding: chunked, identity')}0\r\n\r\n${smuggled}`],
    ['a space before the colon', `${post('Content-Length : 4')}aaaa${smuggled}`],
    ['a folded header', `${post('X-A: b', ' Content-Length: 4')}aaaa${smuggled}`],
    ['a bare line feed', `POST /token HTTP/1.1\nHost: x\nContent-Length: 4\n\naaaa${smuggled}`],
    ['a chunk size that is none', `${post('Transfer-Encoding: chunked')}zz\r\n\r\n${smuggled}`],
    ['NUL in a header', `GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n${smuggled}`],
    ['no Host', `GET / HTTP/1.1\r\n\r\n${smuggled}`],
    ['a method that is none', `G ET / HTTP/1.1\r\nHost: x\r\n\r\n${smuggled}`],
  ]
  for (const [name, bytes] of rows)
    await t.test(name, async (t) => {
      const answer = await sendRaw(url, bytes)
      t.equal(statusesOf(answer)[0], 400)
      t.notMatch(answer, /"status":"ok"/)
    })
})

t.test('floods are cut off: headers 431, address 431, body 413', async (t) => {
  const rows: [string, string, number][] = [
    ['one header of 20 KB', `GET /health/live HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['20 KB of headers', `GET /health/live HTTP/1.1\r\nHost: x\r\n${'X: aaaaaaaa\r\n'.repeat(1700)}\r\n`, 431],
    ['an address of 20 KB', `GET /authorize?a=${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    [
      'a body that says it is 65 KB',
      `POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 66560\r\n\r\n`,
      413,
    ],
    [
      'a chunked body of 80 KB',
      `POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${`1000\r\n${'a'.repeat(4096)}\r\n`.repeat(20)}0\r\n\r\n`,
      413,
    ],
  ]
  for (const [name, bytes, status] of rows)
    await t.test(name, async (t) => t.equal(statusesOf(await sendRaw(url, bytes))[0], status))
})

t.test('what never becomes a request is refused in the words and with the headers of all others', async (t) => {
  const rows: [string, string, string][] = [
    [`GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(20_000)}\r\n\r\n`, '431', 'forget cookies'],
    ['\0\0\0', '400', 'no request that HTTP/1.1 knows'],
    ['\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', '400', 'no request that HTTP/1.1 knows'],
  ]
  for (const [bytes, status, words] of rows) {
    const answer = await sendRaw(url, bytes)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    t.match(head, `HTTP/1.1 ${status} `)
    t.match(head, /x-content-type-options: nosniff/)
    t.match(head, /connection: close/)
    t.match(JSON.parse(body), { error: 'invalid_request', error_description: words })
  }
})

t.test('a HEAD that is too long hears so without a body, which no client expects', async (t) => {
  for (const bytes of [
    `HEAD /jwks?${'a'.repeat(20_000)} HTTP/1.1`,
    `HEAD /jwks HTTP/1.1\r\nCookie: ${'a'.repeat(20_000)}`,
  ]) {
    const [head = '', ...rest] = (await sendRaw(url, `${bytes}\r\nHost: x\r\n\r\n`)).split('\r\n\r\n')
    t.match(head, 'HTTP/1.1 431 ')
    t.strictSame(rest, [''])
  }
})

t.test('a request that trickles in is given up', async (t) => {
  t.equal(app.server.requestTimeout, 10_000, 'the whole request, ms')
  t.ok(app.server.headersTimeout <= 10_000, 'its headers, ms')
  t.match(app.server, { connectionsCheckingInterval: 1000 }, 'noticed this late at most, ms')
})

t.test('charset and media type', async (t) => {
  const send = (type: string) => fetch(`${url}/token`, { method: 'POST', headers: { 'content-type': type }, body })
  for (const type of [
    `${FORM}; charset=utf-16`,
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/html',
  ])
    await t.test(type, async (t) => {
      const response = await send(type)
      t.equal(response.status, 415)
      t.strictSame(Object.keys(await response.json()), ['error', 'error_description'])
    })
  t.equal((await send(`${FORM};charset=UTF-8`)).status, 400)
})

t.test('HEAD is GET without a body; OPTIONS and the rest are 405 where a path has methods', async (t) => {
  for (const path of ['/jwks', '/health/live', '/.well-known/openid-configuration']) {
    const [head, get] = await Promise.all([fetch(url + path, { method: 'HEAD' }), fetch(url + path)])
    t.equal(head.status, 200)
    t.equal(head.headers.get('content-length'), get.headers.get('content-length'))
    t.equal(await head.text(), '')
  }
  const rows: [string, string, string][] = [
    ['HEAD', '/token', 'POST'],
    ['DELETE', '/jwks', 'GET, HEAD'],
    ['PUT', '/authorize', 'GET, POST'],
    ['OPTIONS', '/authorize', 'GET, POST'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['QUERY', '/token', 'POST'],
    // The router knows nothing of these.
    ['PROPFIND', '/account', 'GET'],
    ['PROPFIND', '/interaction/x/deny', 'POST'],
    ['LINK', '/apis/orders-api/token', 'POST'],
    ['PURGE', '/health/ready', 'GET, HEAD'],
    // The router reads a path decoded, and nothing behind a fragment.
    ['DELETE', '/%74oken', 'POST'],
    ['DELETE', '/%6awks', 'GET, HEAD'],
    ['POST', '/health/li%76e', 'GET, HEAD'],
    ['DELETE', '/%6danagement/v1/keys', 'GET'],
  ]
  for (const [method, path, allow] of rows)
    await t.test(`${method} ${path}`, async (t) => {
      const response = await fetch(url + path, { method })
      t.equal(response.status, 405)
      t.equal(response.headers.get('allow'), allow)
      await response.body?.cancel()
    })
})

t.test('a method that an address does not know: a page where people come, JSON where programs call', async (t) => {
  const rows: [string, string, string][] = [
    ['GET', '/interaction/x/deny', 'text/html'],
    ['DELETE', '/account', 'text/html'],
    ['PUT', '/authorize', 'text/html'],
    ['PROPFIND', '/authorize', 'text/html'],
    ['QUERY', '/account', 'text/html'],
    ['PROPFIND', '/management/v1/keys', 'application/problem+json'],
    ['GET', '/token', 'application/json'],
    ['POST', '/jwks', 'application/json'],
  ]
  for (const [method, path, type] of rows) {
    const response = await fetch(url + path, { method })
    t.match(response.headers.get('content-type'), type, path)
    t.match(
      await response.text(),
      type === 'text/html' ? '<h1>That did not work</h1>' : /"(?:error|code)":"invalid_request"/,
    )
  }
})

t.test('an address that leads nowhere: JSON for programs, a page for people, the same headers for both', async (t) => {
  const paths = [
    '/nowhere',
    '/TOKEN',
    '/token/',
    '//token',
    '/interaction',
    '/authorize/resume',
    '/favicon.ico',
    '/.env',
  ]
  for (const path of paths)
    await t.test(path, async (t) => {
      expectJsonError(t, await app.inject(path), 404, 'invalid_request')
      const page = await app.inject({ url: path, headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
      expectErrorPage(t, page, 404, /nothing at this address/)
    })
  await t.test('with a body that nobody reads', async (t) => {
    const response = await app.inject({
      method: 'POST',
      url: '/nowhere',
      headers: { 'content-type': 'application/json' },
      payload: '{',
    })
    expectJsonError(t, response, 404, 'invalid_request')
  })
})

t.test('an address that is none is 400, one too long 414, in the words of all our errors', async (t) => {
  const rows: [string, number][] = [
    ['/%zz', 400],
    ['/%', 400],
    ['/interaction/%zz/login', 400],
    ['/interaction/%ff/login', 400],
    [`/interaction/${'x'.repeat(129)}/login`, 414],
    [`/authorize/resume/${'x'.repeat(5000)}`, 414],
  ]
  for (const [path, status] of rows)
    await t.test(path.slice(0, 40), async (t) => {
      const response = await app.inject(path)
      expectJsonError(t, response, status, 'invalid_request')
      t.equal(response.headers['x-content-type-options'], 'nosniff')
      t.notMatch(response.body, /zz|xxx/)
      const page = await app.inject({ url: path, headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
      expectErrorPage(t, page, status, /address of this request cannot be read/)
      t.match(page.headers, { 'x-content-type-options': 'nosniff', 'x-request-id': /^[\w-]{16}$/ })
      t.notMatch(page.body, /%zz|xxx/)
    })
})

t.test('every answer carries the security headers', async (t) => {
  const { challenge } = pkcePair()
  for (const target of ['/jwks', '/nowhere', '/token', '/authorize', authorizeUrl(challenge), '/health/live', '/%zz']) {
    const { headers } = await app.inject(target)
    t.match(
      headers,
      {
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'content-security-policy': /frame-ancestors 'none'/,
      },
      target,
    )
    t.equal(headers.server, undefined)
    t.equal(headers['x-powered-by'], undefined)
  }
})

t.test('an odd form of the address is no bypass, and leads nowhere else', async (t) => {
  const absolute = await sendRaw(
    url,
    `GET http://evil.example/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  )
  t.notMatch(absolute, /evil/)
  const form = authorizeUrl(pkcePair().challenge).replace('/authorize?', '')
  const posted = await sendRaw(
    url,
    `POST http://evil.example/authorize HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSec-Fetch-Site: cross-site\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
  )
  t.match(posted, /\r\nlocation: \/authorize\?response_type=code&/)
  const asterisk = await sendRaw(url, `OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  t.match(asterisk, /^HTTP\/1\.1 (400|404|405)/)
  t.equal((await fetch(`${url}/%zz`, { method: 'PROPFIND' })).status, 400)
  const fragment = await sendRaw(url, `PUT /token#x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  t.match(fragment, /^HTTP\/1\.1 405/)
  t.ok((await fetch(`${url}/health/live`)).ok, 'the server is fine')
})

t.test('nothing above was an error of ours', async (t) => {
  t.strictSame(
    log.filter((line) => /"level":(50|60)/.test(line)),
    [],
  )
  t.ok(db)
})
