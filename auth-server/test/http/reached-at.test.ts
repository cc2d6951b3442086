// An origin that the operator has named is connected to where they say; everything else of the request stays what it was.
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createSecureContext } from 'node:tls'
import t from 'tap'
import { guardedRequest } from '../../src/http/outbound/guarded-request.ts'
import { selfSigned } from '../support/self-signed.ts'
import { listen } from '../support/site.ts'

/** A server on the internet. */
const LIMITS = { timeoutMillis: 5000, allowLoopback: false }
const GET = { method: 'GET', headers: { accept: '*/*' } } as const

t.test(
  'a gateway whose public name leads elsewhere is reached where the operator says, by its public name',
  async (t) => {
    const heard: IncomingMessage[] = []
    const port = await listen(
      t,
      createServer((request, response) => {
        heard.push(request)
        response.end()
      }),
    )
    const reachedAt = `http://127.0.0.1:${port}`
    const rows = [
      ['http://api.example.com:8000/mobile/echo?x=1', 'api.example.com:8000', '/mobile/echo?x=1'],
      ['https://api.example.com/mobile', 'api.example.com', '/mobile'],
      ['https://api.example.com//evil.example/', 'api.example.com', '//evil.example/'],
      ['https://10.255.255.1/', '10.255.255.1', '/'],
    ] as const
    for (const [address, host, url] of rows) {
      t.equal(
        await guardedRequest(address, GET, { ...LIMITS, reachedAt }, ({ statusCode }) => statusCode),
        200,
        address,
      )
      t.match(heard.at(-1), { url, headers: { host } })
    }
    await t.rejects(
      guardedRequest('https://10.255.255.1/', GET, LIMITS, () => {}),
      { name: 'ForbiddenAddress' },
      'and without that word it is not',
    )
    await t.rejects(guardedRequest('https://a.example/', GET, { ...LIMITS, reachedAt: 'file:///etc' }, () => {}))
  },
)

t.test('the certificate that is asked for, and held against it, is of the public name', async (t) => {
  const asked: string[] = []
  const certificate = selfSigned('api.example.com')
  const server = createTlsServer({
    ...certificate,
    SNICallback: (name, give) => {
      asked.push(name)
      give(null, createSecureContext(certificate))
    },
  })
  const port = await listen(t, server)
  const reachedAt = `https://localhost:${port}`
  await t.rejects(
    guardedRequest('https://api.example.com/', GET, { ...LIMITS, reachedAt }, () => {}),
    { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  )
  t.strictSame(asked, ['api.example.com'])
})
