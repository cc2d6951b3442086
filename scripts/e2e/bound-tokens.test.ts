// An unmodified client from the API's address alone: metadata, login with a key of its own, calls that only it can make.
import * as oauth from 'oauth4webapi'
import t from 'tap'
import type { Stack } from '../stack/stack-options.ts'
import { call, logIn } from './support/app.ts'
import { recordingBackend } from './support/backend.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const insecure = { [oauth.allowInsecureRequests]: true } as const
const client: oauth.Client = { client_id: 'demo-app' }

function send(stack: Stack, token: string, key: oauth.DPoPHandle, path = '/echo'): Promise<Response> {
  return oauth.protectedResourceRequest(token, 'GET', new URL(`${stack.urls.resource}${path}`), undefined, undefined, {
    ...insecure,
    DPoP: key,
  })
}

onEachGateway(t, 'from 401 to metadata to a login to calls that are bound to a key', async (t, kind) => {
  const stack = await testStack(t, kind)
  const received = await recordingBackend(t, stack)

  const refused = await call(stack, undefined)
  const challenge = refused.headers.get('www-authenticate') ?? ''
  const resource = new URL(stack.urls.resource)
  const [, named] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
  t.equal(named, `${resource.origin}/.well-known/oauth-protected-resource${resource.pathname}`)
  const metadata = await oauth.processResourceDiscoveryResponse(
    resource,
    await oauth.resourceDiscoveryRequest(resource, insecure),
  )
  t.match(metadata, { authorization_servers: [stack.urls.issuer], bearer_methods_supported: ['header'] })
  t.match(challenge, `algs="${metadata.dpop_signing_alg_values_supported?.join(' ')}"`)

  const key = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const tokens = await logIn(stack, {}, key)
  t.equal(tokens.token_type, 'dpop')
  t.equal((await send(stack, tokens.access_token, key)).status, 200)
  t.equal((await send(stack, tokens.access_token, key, '/echo?a=1&b=%7E')).status, 200)
  for (const { headers } of received) {
    t.match(headers, { 'x-consumer-username': 'demo-app', 'x-authenticated-userid': /^usr_/ })
    t.notOk('authorization' in headers || 'dpop' in headers)
  }

  const asBearer = await call(stack, tokens.access_token)
  t.equal(asBearer.status, 401)
  t.match(asBearer.body, { error: 'invalid_token' })
  const thief = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  await t.rejects(send(stack, tokens.access_token, thief), {
    status: 401,
    cause: [
      { scheme: 'dpop', parameters: { error: 'invalid_token', resource_metadata: named, realm: 'mobile-api' } },
      { scheme: 'bearer', parameters: { resource_metadata: named } },
    ],
  })
  const { access_token: unbound } = await logIn(stack)
  await t.rejects(send(stack, unbound, key), { code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' }) // a token that is not bound is none for DPoP
  t.equal((await call(stack, unbound)).status, 200)
  t.equal(received.length, 3)
})

onEachGateway(
  t,
  'an API that takes bound tokens only, and a backend that asks for a proof of the hop',
  async (t, kind) => {
    const secret = 'a-secret-of-24-characters'
    const stack = await testStack(t, kind, {
      editKongYml: (source) =>
        source.replace('      plans:\n', `      dpop: required\n      backend_secret: ${secret}\n      plans:\n`),
    })
    const received = await recordingBackend(t, stack)
    const { access_token: unbound } = await logIn(stack)
    const refused = await call(stack, unbound)
    t.equal(refused.status, 401)
    t.match(refused.headers.get('www-authenticate'), /^DPoP realm="mobile-api", error="invalid_token"/)
    const key = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const { access_token } = await logIn(stack, {}, key)
    t.equal((await send(stack, access_token, key)).status, 200)
    t.match(received, [{ headers: { 'x-gateway-secret': secret } }])
  },
)
