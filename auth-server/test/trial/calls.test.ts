// Try it calls the gateway as the application would: at the address that the operator has named, and with proofs where its tokens are bound.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkProof } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import { decodeJwt } from 'jose'
import t from 'tap'
import { sha256 } from '../../src/crypto/digest.ts'
import { DEMO_APP, HERE, trialMachine } from '../support/trial.ts'

t.setTimeout(60_000)

t.test('a gateway that this server reaches elsewhere than apps do is called there, as apps call it', async (t) => {
  const heard: string[] = []
  const gateway = ({ url, headers }: IncomingMessage, response: ServerResponse) => {
    heard.push(`${headers.host} ${url}`)
    response.end('{}')
  }
  // As in a container: nobody answers at port 1 of its own localhost.
  const { signedIn } = await trialMachine(t, gateway, 'http://localhost:1')
  const { browser, answer } = await signedIn()
  await browser.open(answer)
  const { body } = await browser.submit(await browser.open('/try'), '/call', { path: '/echo' })
  t.match(body, /GET http:\/\/localhost:1\/mobile\/echo[\s\S]*HTTP 200/)
  t.strictSame(heard, ['localhost:1 /mobile/echo'])
})

t.test(
  'an application that has to push its requests and to prove a key goes through, and its calls carry proofs',
  async (t) => {
    const heard: IncomingMessage[] = []
    const machine = await trialMachine(t, (request, response) => {
      heard.push(request)
      response.end('{}')
    })
    await machine.db
      .updateTable('applications')
      .set({ dpop_bound_access_tokens: true, require_pushed_authorization_requests: true })
      .where('client_id', '=', DEMO_APP)
      .execute()
    const { browser, answer } = await machine.signedIn()
    t.match((await browser.open('/try')).body, /has to push these parameters to the server first \(PAR\)/)
    await browser.open(answer)
    const page = await browser.open('/try')
    t.match(page.body, /bound to a key \(DPoP\)/)
    const called = await browser.submit(page, '/call', { path: '/echo?x=1' })
    await browser.submit(called, '/call', { path: '/echo?x=1' })
    t.match(called.body, /<code>DPoP<\/code>[\s\S]*HTTP 200/)
    const ids = new Set<string>()
    for (const { headers } of heard) {
      const token = /^DPoP (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
      const key = decodeJwt<{ cnf?: { jkt: string } }>(token).cnf?.jkt
      const proof = await checkProof([headers.dpop].flat()[0], {
        method: 'GET',
        addresses: [`${machine.resource}/echo`],
      })
      if (proof.kind === 'unsound') return t.fail(proof.why)
      const judged = await proof.judge({
        ath: ({ ath }) => (ath === sha256(token) ? 'passed' : { why: 'ath' }),
        time: ({ issuedAt }) => (Math.abs(Date.now() / 1000 - issuedAt) < 60 ? 'passed' : { why: 'time' }),
        key: ({ thumbprint }) => (thumbprint === key ? 'passed' : { why: 'key' }),
        nonce: 'not demanded',
        once: ({ jti }) => (ids.add(jti) ? 'passed' : { why: 'once' }),
      })
      t.equal(judged.kind, 'accepted')
    }
    t.equal(ids.size, 2, 'each call has a proof of its own')
  },
)

t.test('whoever reaches a development machine over the network is not at it, whatever they say in Host', async (t) => {
  const { app } = await trialMachine(t, (_request, response) => response.end())
  const from = async (remoteAddress: string) =>
    (await app.inject({ url: '/try', headers: HERE, remoteAddress })).statusCode
  for (const remoteAddress of ['192.168.1.7', '::ffff:192.168.1.7', '2001:db8::7'])
    t.equal(await from(remoteAddress), 404, remoteAddress)
  for (const remoteAddress of ['127.0.0.1', '::ffff:127.0.0.1', '::1'])
    t.equal(await from(remoteAddress), 200, remoteAddress)
})
