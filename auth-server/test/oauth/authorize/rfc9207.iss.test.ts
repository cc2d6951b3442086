// RFC 9207: every authorization response names its issuer, on success and on error, against mix-up.
import t from 'tap'
import { Browser } from '../../support/browser.ts'
import { answerOf, authorizeUrl, logIn, pkcePair } from '../../support/phone.ts'
import { ISSUER, testServer } from '../../support/server.ts'
import { CLAIMED_URI } from '../../support/session.ts'

const ISS = `iss=${encodeURIComponent(ISSUER)}`

t.test('§2: iss is in the code response, the error response and the denial', async (t) => {
  const { app } = await testServer(t)
  const { challenge } = pkcePair()
  const browser = new Browser(app)
  const denied = await browser.submit(await browser.open(authorizeUrl(challenge)), '/deny')
  t.match(answerOf(denied), { error: 'access_denied', state: 'a-state', iss: ISSUER })
  const code = await logIn(browser, await browser.open(authorizeUrl(challenge)))
  const error = await browser.open(authorizeUrl(challenge, { scope: 'unknown' }))
  const none = await browser.open(authorizeUrl(challenge, { prompt: 'none' }))
  const silent = await browser.open(authorizeUrl(challenge, { redirect_uri: CLAIMED_URI, prompt: 'none' }))
  for (const response of [denied, code, error, none, silent]) {
    const query = (response.headers.location ?? '').split('?')[1]?.split('&') ?? []
    t.strictSame(
      query.filter((pair) => pair.startsWith('iss=')),
      [ISS],
    )
  }
})

t.test('§2.3: iss is the issuer of the metadata to the letter, whatever Host and X-Forwarded-* say', async (t) => {
  const { app } = await testServer(t, { ISSUER: 'https://login.example.com' })
  const headers = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    forwarded: 'host=evil.example;proto=http',
  }
  const metadata = await app.inject({ url: '/.well-known/oauth-authorization-server', headers })
  const { issuer, authorization_response_iss_parameter_supported } = metadata.json()
  t.equal(issuer, 'https://login.example.com')
  t.equal(authorization_response_iss_parameter_supported, true)
  t.notMatch(metadata.body, /evil/)
  const response = await app.inject({ url: authorizeUrl(pkcePair().challenge, { prompt: 'none' }), headers })
  t.match(answerOf(response), { error: 'login_required', iss: issuer })
  t.notMatch(JSON.stringify(response.headers), /evil/)
})
