// RFC 6749 §3.2: what may stand in the URL of a back-channel request: anything but the protocol's own parameters.
import t from 'tap'
import { pathsOf } from '../../src/oauth/endpoint.ts'
import { ENDPOINTS } from '../../src/oauth/endpoints.ts'
import { clientCredentials, postForm, secretClient } from '../support/clients.ts'
import { expectJsonError } from '../support/expect.ts'
import { obtainCode, obtainTokens, pkcePair, REDIRECT_URI } from '../support/phone.ts'
import { API, APP, testServer } from '../support/server.ts'

const server = await testServer(t)
const { app } = server
const machine = await secretClient(server)
const { access_token, refresh_token } = await obtainTokens(app)

// What MSAL, tracing proxies and careless builders of URLs append; also broken, repeated and long.
const FOREIGN = [
  'client-request-id=0190f0e4-8b6c-7a53-9a0f-2d5d5f9f0a11&x-client-SKU=msal.js.browser&x-client-VER=4.2.0',
  'foo=1&foo=2',
  'api-version=1.0&tenant=common',
  'Client_Secret=x&client-secret=x',
  'token=&code=&client_secret=',
  '__proto__=x&constructor=y',
  '%zz&%ff=%ff&%00',
  '&&=&=x',
  '',
  `long=${'x'.repeat(5000)}`,
]

const AUTHORIZATION = { authorization: `Bearer ${access_token}` }
const REQUEST = {
  response_type: 'code',
  client_id: APP.clientId,
  redirect_uri: REDIRECT_URI,
  code_challenge_method: 'S256',
}

type Ask = (url: string) => Promise<{ statusCode: number; body: string }>

/** Each back-channel endpoint with each of its methods, answering as it does without any query. */
const ASKED: Readonly<Record<string, Ask>> = {
  'POST /token': getToken,
  'POST /apis/:api/token': getToken,
  'POST /par': push,
  'POST /apis/:api/par': push,
  'POST /revoke': (url) => postForm(app, url, { token: 'unknown', client_id: APP.clientId }),
  'POST /introspect': (url) => postForm(app, url, { token: 'unknown' }, machine.headers),
  'GET /userinfo': async (url) => app.inject({ url, headers: AUTHORIZATION }),
  'POST /userinfo': (url) => postForm(app, url, {}, AUTHORIZATION),
  'POST /register': async (url) =>
    app.inject({ method: 'POST', url, headers: AUTHORIZATION, payload: { client_name: 'x' } }),
  'POST /devices/challenge': (url) => postForm(app, url, { client_id: APP.clientId }),
  'POST /devices': (url) => postForm(app, url, { client_id: APP.clientId }),
  'POST /plan-limits': async (url) =>
    app.inject({ method: 'POST', url, headers: AUTHORIZATION, payload: { node: 'x' } }),
  'POST /usage': async (url) => app.inject({ method: 'POST', url, headers: AUTHORIZATION, payload: { batch: 'x' } }),
  'POST /federation/:provider/logout': (url) => postForm(app, url, { logout_token: 'x' }),
  'GET /revocations': async (url) => app.inject({ url, headers: AUTHORIZATION }),
}
function getToken(url: string) {
  return postForm(app, url, { grant_type: 'client_credentials' }, machine.headers)
}
function push(url: string) {
  return postForm(app, url, { ...REQUEST, code_challenge: pkcePair().challenge })
}
function asked(name: string, query: string) {
  const url = name.replace(/^\w+ /, '').replace(':api', API.id)
  return ASKED[name]?.(url + query) ?? Promise.reject(new Error(name))
}

t.test('no back-channel endpoint of the table is left out', async (t) => {
  const backChannel = ENDPOINTS.filter(({ errors, methods }) => errors === 'oauth' && !methods.includes('HEAD'))
  const all = backChannel.flatMap((row) =>
    pathsOf(row).flatMap((path) =>
      row.methods.filter((method) => !(row.getIsPage && method === 'GET')).map((method) => `${method} ${path}`),
    ),
  )
  t.strictSame(Object.keys(ASKED).sort(), all.sort())
})

for (const name of Object.keys(ASKED))
  t.test(`${name}: what it does not know in the URL is ignored`, async (t) => {
    const { statusCode, body } = await asked(name, '')
    for (const query of FOREIGN) {
      const response = await asked(name, `?${query}`)
      t.equal(response.statusCode, statusCode, query.slice(0, 80))
      if (statusCode >= 400) t.equal(response.body, body)
    }
  })

t.test(
  'parameters of the protocol in the URL are refused, on every endpoint alike, whatever stands beside them',
  async (t) => {
    const parameters = [
      ...[
        'client_id',
        'client_secret',
        'client_assertion',
        'client_assertion_type',
        'grant_type',
        'code',
        'code_verifier',
      ],
      ...['refresh_token', 'token', 'token_type_hint', 'access_token', 'assertion', 'username', 'password'],
      ...['device_name', 'attestation', 'attestation_type', 'proof', 'device_assertion', 'dpop_jkt'],
      ...['redirect_uri', 'scope', 'resource', 'request', 'request_uri', 'id_token_hint', 'code_challenge', 'state'],
    ]
    for (const name of Object.keys(ASKED))
      for (const parameter of parameters)
        for (const query of [
          `?${parameter}=x`,
          `?client-request-id=1&%zz&${parameter.replace('_', '%5F')}=x`,
          `?${parameter}=&${parameter}=x`,
        ]) {
          const { statusCode, body } = await asked(name, query)
          const { error, error_description } = JSON.parse(body)
          t.strictSame([statusCode, error], [400, 'invalid_request'], `${name} ${query}`)
          t.match(error_description.replace('access token', 'access_token'), parameter)
        }
  },
)

t.test('the request that MSAL sends for a code gets its tokens', async (t) => {
  const { code, verifier } = await obtainCode(app, { scope: 'openid profile offline_access orders:read' })
  const response = await postForm(app, '/token?client-request-id=0190f0e4-8b6c-7a53-9a0f-2d5d5f9f0a11', {
    client_id: APP.clientId,
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile offline_access orders:read',
    code,
    'x-client-SKU': 'msal.js.browser',
    'x-client-VER': '4.2.0',
    'x-client-OS': '',
    'x-ms-lib-capability': 'retry-after, h429',
    'x-client-current-telemetry': '5|865,0,,,|,',
    'x-client-last-telemetry': '5|0|||0,0',
    code_verifier: verifier,
    grant_type: 'authorization_code',
    client_info: '1',
    'X-AnchorMailbox': 'Oid:x@y',
  })
  t.equal(response.statusCode, 200)
  t.match(response.json(), { token_type: 'Bearer', id_token: /./, refresh_token: /./ })
})

t.test('a credential in the URL does not count beside a good one, and the good one is not used up', async (t) => {
  const { code, verifier } = await obtainCode(app)
  const form = { grant_type: 'authorization_code', client_id: APP.clientId, code, code_verifier: verifier }
  expectJsonError(t, await postForm(app, `/token?code=${code}`, form), 400, 'invalid_request', /code in the body/)
  t.equal((await postForm(app, '/token', form)).statusCode, 200)
  const refused = await postForm(app, `/revoke?token=${refresh_token}`, { client_id: APP.clientId })
  expectJsonError(t, refused, 400, 'invalid_request', /token in the body/)
  t.equal((await clientCredentials(app, machine.headers)).statusCode, 200)
})
