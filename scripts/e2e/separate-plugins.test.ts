// The three plugins one by one behind their own guard: the whole flow, and nothing passes when one of them did not do its part.
import { decodeJwt } from 'jose'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { withSeparatePlugins } from '../../kong-plugins/test/check/support/separate-plugins.ts'
import { waitUntil } from '../stack/wait.ts'
import { call, logIn } from './support/app.ts'
import { recordingBackend } from './support/backend.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const FORGED = { 'X-Authenticated-UserId': 'admin', X_Consumer_Username: 'admin', 'X-Mobile-Gateway': 'mobile-api' }
const unavailable = { status: 503, body: { message: 'Service temporarily unavailable' } }

interface Service {
  readonly url: string
  readonly plugins: readonly { readonly name: string }[]
}

/** Beside `/mobile`, a path for each plugin where it is missing: as if it had let the call pass without its part. */
function withGaps(source: string): string {
  const document: { services: readonly Service[] } = parse(withSeparatePlugins(source))
  const gaps = document.services.flatMap(({ url, plugins }) =>
    ['mobile-token', 'mobile-identity', 'mobile-quota'].map((missing) => ({
      name: `without-${missing}`,
      url,
      routes: [{ name: `without-${missing}`, paths: [`/without-${missing}`] }],
      plugins: plugins.filter(({ name }) => name !== missing),
    })),
  )
  return stringify({ ...document, services: [...document.services, ...gaps] })
}

onEachGateway(
  t,
  'the backend knows who calls, the app how often it may, and the guard who is missing',
  async (t, kind) => {
    const stack = await testStack(t, kind, {
      editKongYml: (source) => withGaps(source).replaceAll(/basic:\s+minute: 60/g, 'basic: { day: 4 }'),
    })
    const received = await recordingBackend(t, stack)
    const { access_token: token } = await logIn(stack)

    for (const missing of ['mobile-token', 'mobile-identity', 'mobile-quota'])
      t.match(await call(stack, token, {}, `/without-${missing}/echo`), unavailable, `without ${missing}`)
    t.strictSame(received, [], 'the backend was not reached')

    const answer = await call(stack, token, { headers: FORGED })
    t.equal(answer.status, 200)
    t.equal(answer.headers.get('ratelimit-limit'), '4')
    t.equal(answer.headers.get('ratelimit-remaining'), '2', 'without mobile-identity a call was counted, too')
    t.match(received, [
      { headers: { 'x-authenticated-userid': decodeJwt(token).sub, 'x-consumer-username': 'demo-app' } },
    ])
    t.notMatch(JSON.stringify(received), /admin|authorization|mobile.gateway/i)
    const rest = await Promise.all(Array.from({ length: 6 }, () => call(stack, token)))
    t.strictSame(rest.map(({ status }) => status).toSorted(), [200, 200, 429, 429, 429, 429])
    t.equal((await call(stack, undefined, { headers: FORGED })).status, 401)

    const before = received.length
    await stack.processes.plugins.kill()
    for (const each of [token, undefined])
      t.ok((await call(stack, each, { headers: FORGED })).status >= 500, 'without the plugin server')
    t.equal(received.length, before, 'the backend was not reached')
    await stack.processes.plugins.start()
    t.ok(
      await waitUntil(async () => (await call(stack, token)).status === 200, { timeoutMillis: 20_000 }),
      'and with it again',
    )
  },
)
