// Behind a load balancer: X-Forwarded-For is believed from our own proxies only, and Host and X-Forwarded-Host from nobody.
import t from 'tap'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
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

/** As the last of our proxies hands it on: what the caller made up, who the caller is, and which of ours it came by. */
function chain(madeUp: readonly string[], caller: string, proxies: readonly string[]): string {
  return [...madeUp, caller, ...proxies].join(', ')
}

const OURS = ['10.0.0.3', '10.0.0.2', '10.0.0.1']
const MADE_UP = ['192.0.2.1', '10.0.0.9', 'unknown', '127.0.0.1', '"_hidden"', '2001:db8::1']

t.test('X-Forwarded-For chain of ten: the rightmost hop that is no proxy of ours counts', async (t) => {
  const { app, log } = await testServer(t, { TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8', VISITS_PER_MINUTE: '3' })
  const rows: readonly (readonly [forwarded: string, address: string])[] = [
    [chain(MADE_UP, '203.0.113.7', OURS), '203.0.113.7'],
    [chain(MADE_UP.toReversed(), '2001:db8::7', OURS), '2001:db8::7'],
    [chain([...MADE_UP, ...OURS], '203.0.113.8', []), '203.0.113.8'],
    [
      chain(
        [],
        '10.0.0.9',
        Array.from({ length: 9 }, (_, n) => `10.0.1.${n}`),
      ),
      '10.0.0.9',
    ],
  ]
  for (const [forwarded, address] of rows) {
    t.equal(forwarded.split(', ').length, 10)
    log.length = 0
    await app.inject({ url: '/jwks', headers: { 'x-forwarded-for': forwarded } })
    t.ok(
      log.some((line) => JSON.parse(line).req?.remoteAddress === address),
      forwarded,
    )
  }
  const visit = async (madeUp: string, caller: string) => {
    const headers = { 'x-forwarded-for': chain([madeUp, ...MADE_UP.slice(1)], caller, OURS) }
    return (await app.inject({ url: authorizeUrl(pkcePair().challenge), headers })).statusCode
  }
  const statuses: number[] = []
  for (let n = 0; n < 4; n++) statuses.push(await visit(`192.0.2.${n}`, '203.0.113.7'))
  t.equal(statuses.indexOf(429), 3, `one budget, whatever is put before: ${statuses}`)
  t.not(await visit('192.0.2.0', '203.0.113.9'), 429, 'another caller through the same proxies has its own')
})
