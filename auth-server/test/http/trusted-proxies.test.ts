// Behind a load balancer: X-Forwarded-For is believed from our own proxies only, and Host and X-Forwarded-Host from nobody.
import t from 'tap'
import { ISSUER, testServer } from '../support/server.ts'

const FORWARDED = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': 'evil.example.com', host: 'evil.example.com' }

for (const [trusted, address] of [
  ['', '127.0.0.1'],
  ['10.0.0.0/8', '127.0.0.1'],
  ['127.0.0.0/8', '203.0.113.7'],
] as const)
  t.test(`TRUSTED_PROXIES=${trusted}: a caller at 127.0.0.1 that names another counts as ${address}`, async (t) => {
    const { app, log } = await testServer(t, { TRUSTED_PROXIES: trusted })
    const { statusCode, body } = await app.inject({ url: '/.well-known/openid-configuration', headers: FORWARDED })
    t.equal(statusCode, 200)
    t.equal(JSON.parse(body).issuer, ISSUER, 'the issuer is configured, never taken from a request')
    t.notMatch(body, /evil/)
    t.ok(log.some((line) => JSON.parse(line).req?.remoteAddress === address))
  })
