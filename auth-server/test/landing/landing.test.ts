// GET /: what a developer at this machine is shown, and what anybody else is.
import { createServer } from 'node:net'
import t from 'tap'
import { problemsOf, SOUND } from '../support/config.ts'
import { gatewayClient, toldRefusal, usageBatch } from '../support/gateway-reports.ts'
import { pkcePair, postToken } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'
import { listen } from '../support/site.ts'

const DEMO = {
  clientId: 'demo-app',
  redirectUris: ['com.example.demo:/callback'],
  email: USER.email,
  password: 'a-demo-password',
}
const HERE = { host: new URL(ISSUER).host }

function environment(gatewayPort: number) {
  const gateway = `http://localhost:${gatewayPort}`
  const stack = {
    gateway,
    api: 'http://127.0.0.1:9',
    resource: `${gateway}/mobile`,
    pluginSocket: '/nowhere/plugins.sock',
    commandPrefix: 'AUTH_PORT=4001 ',
    demo: DEMO,
  }
  return { DEVELOPMENT: 'true', DEVELOPMENT_STACK: JSON.stringify(stack) }
}

t.test('in development it says what runs, how to sign in and how to go on, and waits for nobody', async (t) => {
  const { app } = await testServer(t, environment(await listen(t, createServer())))
  const began = performance.now()
  const { statusCode, body } = await app.inject({ url: '/', headers: HERE })
  t.ok(performance.now() - began < 5000, 'though the gateway does not answer')
  t.equal(statusCode, 200)
  t.match(body, /Something does not run/)
  t.match(body, /<dt>Database<\/dt>\n<dd><span class="state good">Runs/)
  for (const part of ['Gateway', 'Demo API', 'Plugin server'])
    t.match(body, new RegExp(`<dt>${part}</dt>\n<dd><span class="state bad">Does not answer`))
  for (const shown of [
    DEMO.email,
    DEMO.password,
    'AUTH_PORT=4001 npm run demo',
    'npm run demo -- --provider',
    '/.well-known/openid-configuration',
    '/account',
    'Nothing was refused',
  ])
    t.match(body, shown)
  const links = [...body.matchAll(/href="http:\/\/localhost:4000([^"]+)"/g)].map(([, path = '']) => path)
  t.ok(links.includes('/management/v1/docs'))
  for (const path of links) t.equal((await app.inject({ url: path, headers: HERE })).statusCode, 200, path)
  const german = await app.inject({ url: '/', headers: { ...HERE, 'accept-language': 'de' } })
  t.match(german.body, /<html lang="de">[\s\S]*Etwas läuft nicht/)
})

t.test('it tells the last refusals with their reasons, a few, and nothing that was sent', async (t) => {
  const { app } = await testServer(t, environment(9))
  const page = async () => (await app.inject({ url: '/', headers: HERE })).body
  const sent = { code: 'a-code-that-was-sent', code_verifier: pkcePair().verifier }
  await postToken(app, { grant_type: 'authorization_code', client_id: 'shop-app', ...sent })
  await app.inject(`/authorize?client_id=somebody@example.com&state=a-state`)
  const body = await page()
  t.match(body, /<strong>POST \/token 400 shop-app<\/strong>/)
  t.match(body, /invalid_grant: the code is unknown, expired, used, or was issued for another request \(/)
  t.match(body, /<strong>GET \/authorize 400<\/strong>/)
  for (const secret of [...Object.values(sent), 'somebody@example.com', 'a-state']) t.notMatch(body, secret)
  for (let count = 0; count < 15; count++) await app.inject('/authorize')
  t.equal((await page()).match(/GET \/authorize 400/g)?.length, 10)
})

t.test(
  'it tells which calls the gateway refused: what was called, by which application, why, and its request id',
  async (t) => {
    const server = await testServer(t, environment(9))
    const tell = await gatewayClient(server)
    const facts = { missing: ['orders:write'], method: 'POST', path: '/mobile/<orders>' }
    const batch = usageBatch(
      [],
      [toldRefusal('a1', { facts }), toldRefusal('b2', { code: 'limit-exceeded', facts: {} })],
    )
    t.equal((await tell('/usage', batch)).statusCode, 200)
    const { body } = await server.app.inject({ url: '/', headers: HERE })
    t.match(body, /<strong>POST \/mobile\/&lt;orders&gt; shop-app<\/strong>[\s\S]*lacks orders:write[\s\S]*<code>a1</)
    t.match(body, /<strong>\S+ shop-app<\/strong>[\s\S]*<code>b2</, 'without a path: the API')
  },
)

t.test('whoever comes by another name, or through a tunnel, sees what people see', async (t) => {
  const { app } = await testServer(t, { ...environment(9), OPERATOR_NAME: 'Acme' })
  const rows: Record<string, string>[] = [
    { host: 'rebound.example:4000' },
    { ...HERE, 'x-forwarded-for': '203.0.113.5' },
    { ...HERE, forwarded: 'for=203.0.113.5' },
    { ...HERE, via: '1.1 tunnel' },
  ]
  for (const headers of rows) {
    const { statusCode, body } = await app.inject({ url: '/', headers })
    t.equal(statusCode, 200)
    t.match(body, /<h1>Acme<\/h1>[\s\S]*href="\/account"/, JSON.stringify(headers))
    t.notMatch(body, DEMO.password)
  }
})

t.test('in production it says whose server it is and leads to the account, and cannot be told more', async (t) => {
  t.strictSame(problemsOf({ ...SOUND, ...environment(9), DEVELOPMENT: '' }), [
    'DEVELOPMENT_STACK is for DEVELOPMENT alone; leave it out',
  ])
  t.strictSame(problemsOf({ ...SOUND, ...environment(9), ISSUER: 'https://login.example.com' }), [
    'DEVELOPMENT is for this machine alone, and ISSUER is https',
  ])
  for (const text of ['{', '[]', '{"gateway":"http://10.0.0.1"}', '{"demo":{}}'])
    t.strictSame(problemsOf({ ...SOUND, DEVELOPMENT: 'true', DEVELOPMENT_STACK: text }), [
      'DEVELOPMENT_STACK is for npm start alone; leave it out',
    ])
  const { app } = await testServer(t, { ISSUER: 'https://login.example.com', OPERATOR_NAME: 'Acme <&>' })
  const { statusCode, headers, body } = await app.inject({ url: '/', headers: { host: 'login.example.com' } })
  t.equal(statusCode, 200)
  t.equal(headers['cache-control'], 'no-store')
  t.match(body, '<h1>Acme &lt;&amp;&gt;</h1>')
  t.match(body, /href="\/account"/)
  const post = await app.inject({ method: 'POST', url: '/' })
  t.equal(post.statusCode, 405)
})
