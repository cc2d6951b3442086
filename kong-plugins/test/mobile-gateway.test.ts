// The fused plugin over its real socket: one read, one write, and every answer whole.
import t from 'tap'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from './support/issuer.ts'
import { startPluginServer } from './support/plugin-server.ts'

const key = await createSigningKey()

/** 20 seconds into a minute. */
const wall = Math.floor(Date.now() / 60_000) * 60_000 + 20_000
const clock = { wall: () => wall, monotonic: () => performance.now() }

async function setUp(t: Tap, changes: Record<string, unknown> = {}) {
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t, { clock })
  const kong = running.connect()
  const instance = await kong.start('mobile-gateway', gatewayConfig(keys.jwksUri, changes))
  return { keys, running, kong, instance }
}
type Tap = { after(ended: () => unknown): void }

t.test('a good token passes with one read and one write: identity and mark together', async (t) => {
  const { kong, instance } = await setUp(t)
  const authorization = `Bearer ${await signToken(key, { claims: { iat: wall / 1000 } })}`
  t.strictSame(await kong.access(instance, { headers: { authorization } }), {
    kind: 'passed',
    requestHeaders: {
      'X-Authenticated-UserId': 'usr_alice',
      'X-Authenticated-Scope': 'profile:read orders:read',
      'X-Consumer-Username': 'demo-app',
      'X-Consumer-Custom-ID': 'app_1',
      'X-Credential-Identifier': 'demo-app',
      'X-Mobile-Gateway': 'mobile-api;60;59;40;Minute:60:59',
    },
    responseHeaders: {},
    calls: ['kong.request.get_header', 'kong.service.request.set_headers'],
  })
})
